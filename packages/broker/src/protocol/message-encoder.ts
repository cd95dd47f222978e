import type { Field, Fields, ScalarType } from './fields.ts';
import { type CodecTarget, isCompact, isNullable, isTagged } from './message-decoder.ts';
import { ProtocolError } from './protocol-error.ts';
import { includesVersion } from './version-range.ts';
import { Writer } from './writer.ts';

export type StructEncoder = (writer: Writer, value: Readonly<Record<string, unknown>>) => void;

type ValueEncoder = (writer: Writer, value: unknown) => void;

interface FieldEncoder {
  readonly name: string;
  readonly field: Field;
  readonly encode: ValueEncoder;
  readonly isAtDefault: (value: unknown) => boolean;
}

/**
 * Compiles the encoder of a struct for one version. A field left out is written at its default; tagged fields are
 * written only when they differ from it, in the order of their tags.
 */
export function compileEncoder(path: string, fields: Fields, target: CodecTarget): StructEncoder {
  const inOrder: FieldEncoder[] = [];
  const tagged: FieldEncoder[] = [];
  const absent: FieldEncoder[] = [];
  for (const [name, field] of Object.entries(fields)) {
    const fieldPath = `${path}.${name}`;
    const isAtDefault = compileDefaultCheck(field);
    if (!includesVersion(field.versions, target.version)) {
      if (!field.ignorable) absent.push({ name, field, isAtDefault, encode: refuseValue(fieldPath, target) });
      continue;
    }
    const encoder = { name, field, isAtDefault, encode: compileField(fieldPath, field, target) };
    if (isTagged(field, target)) tagged.push(encoder);
    else inOrder.push(encoder);
  }
  tagged.sort((left, right) => left.field.tag - right.field.tag);
  return (writer, value) => {
    for (const { name, isAtDefault, encode } of absent) {
      if (!isAtDefault(value[name])) encode(writer, value[name]);
    }
    for (const { name, field, encode } of inOrder) {
      const given = value[name];
      encode(writer, given === undefined ? field.default : given);
    }
    if (target.flexible) writeTaggedFields(writer, tagged, value);
  };
}

/** Whether a value is the field's default, and so is not written where the field is tagged. */
function compileDefaultCheck(field: Field): (value: unknown) => boolean {
  if (field.default === null) return (value) => value === null || value === undefined;
  switch (field.kind) {
    case 'array':
      return (value) => value === undefined || (Array.isArray(value) && value.length === 0);
    case 'struct': {
      const checks = Object.entries(field.fields).map(
        ([name, inner]) => [name, compileDefaultCheck(inner)] as const,
      );
      return (value) =>
        value === undefined ||
        value === field.default ||
        (isRecord(value) && checks.every(([name, isAtDefault]) => isAtDefault(value[name])));
    }
    case 'scalar':
      return (value) =>
        value === undefined || value === field.default || (value instanceof Uint8Array && value.length === 0);
  }
}

function refuseValue(path: string, target: CodecTarget): ValueEncoder {
  return () => {
    throw new ProtocolError(
      'unencodable',
      `${path} has a value, but version ${target.version} has no such field`,
    );
  };
}

function writeTaggedFields(
  writer: Writer,
  tagged: readonly FieldEncoder[],
  value: Readonly<Record<string, unknown>>,
): void {
  let present = 0;
  for (const { name, isAtDefault } of tagged) {
    if (!isAtDefault(value[name])) present++;
  }
  writer.uvarint(present);
  if (present === 0) return;
  for (const { name, field, isAtDefault, encode } of tagged) {
    if (isAtDefault(value[name])) continue;
    const content = new Writer({ capacity: 64 });
    encode(content, value[name]);
    writer.uvarint(field.tag);
    writer.uvarint(content.length);
    writer.append(content);
  }
}

function compileField(path: string, field: Field, target: CodecTarget): ValueEncoder {
  const nullable = isNullable(field, target);
  const compact = isCompact(field, target);
  switch (field.kind) {
    case 'scalar':
      return compileScalar(path, field.type, { nullable, compact });
    case 'struct':
      return compileStruct(path, field.fields, {
        nullable,
        target,
        nullMark: isTagged(field, target) ? 0 : -1,
      });
    case 'array':
      return compileArray(path, field.element, { nullable, compact, target });
  }
}

interface StructForm {
  readonly nullable: boolean;
  readonly target: CodecTarget;
  /** The byte that stands for null: under a tag 0, elsewhere -1. */
  readonly nullMark: 0 | -1;
}

function compileStruct(
  path: string,
  fields: Fields,
  { nullable, target, nullMark }: StructForm,
): ValueEncoder {
  const encode = compileEncoder(path, fields, target);
  return (writer, value) => {
    if (value === null && nullable) {
      writer.int8(nullMark);
      return;
    }
    if (!isRecord(value)) throw unencodable(path, 'an object', value);
    if (nullable) writer.int8(1);
    encode(writer, value);
  };
}

interface ArrayForm {
  readonly nullable: boolean;
  readonly compact: boolean;
  readonly target: CodecTarget;
}

function compileArray(path: string, element: ScalarType | Fields, form: ArrayForm): ValueEncoder {
  const { nullable, compact, target } = form;
  const encodeElement =
    typeof element === 'string'
      ? compileScalar(path, element, { nullable: false, compact })
      : compileStruct(path, element, { nullable: false, target, nullMark: -1 });
  return (writer, value) => {
    if (value === null && nullable) {
      writer.nullLength(compact);
      return;
    }
    if (!Array.isArray(value)) throw unencodable(path, 'an array', value);
    writer.lengthOrCount(value.length, compact);
    for (const item of value) encodeElement(writer, item);
  };
}

interface ScalarForm {
  readonly nullable: boolean;
  readonly compact: boolean;
}

function compileScalar(path: string, type: ScalarType, { nullable, compact }: ScalarForm): ValueEncoder {
  switch (type) {
    case 'string':
      return (writer, value) => {
        if (typeof value === 'string') writer.string(value, compact);
        else if (value === null && nullable) writer.nullString(compact);
        else throw unencodable(path, 'a string', value);
      };
    case 'bytes':
    case 'records':
      return (writer, value) => {
        if (value instanceof Uint8Array) writer.nullableRecords(value, compact);
        else if (type === 'records' && isListOfBytes(value)) writer.nullableRecords(value, compact);
        else if (value === null && nullable) writer.nullLength(compact);
        else throw unencodable(path, 'bytes', value);
      };
    case 'bool':
      return (writer, value) => {
        if (typeof value !== 'boolean') throw unencodable(path, 'a boolean', value);
        writer.bool(value);
      };
    case 'uuid':
      return (writer, value) => {
        if (typeof value !== 'string') throw unencodable(path, 'a uuid', value);
        writer.uuid(value);
      };
    default:
      return (writer, value) => {
        if (typeof value !== 'number') throw unencodable(path, 'a number', value);
        writer[type](value);
      };
  }
}

function isListOfBytes(value: unknown): value is readonly Uint8Array[] {
  return Array.isArray(value) && value.every((part) => part instanceof Uint8Array);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unencodable(path: string, expected: string, value: unknown): ProtocolError {
  const found = value === null ? 'null' : typeof value;
  return new ProtocolError('unencodable', `${path} takes ${expected}, not ${found}`);
}
