import { defaultsOf, type Field, type Fields, type ScalarType } from './fields.ts';
import { ProtocolError } from './protocol-error.ts';
import type { Reader } from './reader.ts';
import { includesVersion } from './version-range.ts';

/** The version that a codec is compiled for, and whether it is a flexible one. */
export interface CodecTarget {
  readonly version: number;
  readonly flexible: boolean;
}

export type StructDecoder = (reader: Reader) => Readonly<Record<string, unknown>>;

type ValueDecoder = (reader: Reader) => unknown;

interface NamedDecoder {
  readonly name: string;
  readonly decode: ValueDecoder;
}

/**
 * Compiles the decoder of a struct for one version. Decoding allocates no more elements than the bytes that are left
 * can hold, and gives an object with every declared field.
 */
export function compileDecoder(path: string, fields: Fields, target: CodecTarget): StructDecoder {
  const template = defaultsOf(fields);
  const inOrder: NamedDecoder[] = [];
  const byTag = new Map<number, NamedDecoder>();
  for (const [name, field] of Object.entries(fields)) {
    if (!includesVersion(field.versions, target.version)) continue;
    const decoder = { name, decode: compileField(`${path}.${name}`, field, target) };
    if (isTagged(field, target)) byTag.set(field.tag, decoder);
    else inOrder.push(decoder);
  }
  return (reader) => {
    const value: Record<string, unknown> = { ...template };
    for (const { name, decode } of inOrder) value[name] = decode(reader);
    if (target.flexible) readTaggedFields(reader, byTag, value);
    return value;
  };
}

export function isTagged(field: Field, target: CodecTarget): boolean {
  return target.flexible && field.tag >= 0 && includesVersion(field.tagged, target.version);
}

export function isNullable(field: Field, target: CodecTarget): boolean {
  return includesVersion(field.nullable, target.version);
}

/** Whether the lengths of a field are compact in the version. */
export function isCompact(field: Field, target: CodecTarget): boolean {
  return target.flexible && includesVersion(field.flexibleVersions, target.version);
}

function readTaggedFields(
  reader: Reader,
  byTag: ReadonlyMap<number, NamedDecoder>,
  value: Record<string, unknown>,
): void {
  for (let left = reader.uvarint(); left > 0; left--) {
    const tag = reader.uvarint();
    const size = reader.uvarint();
    const known = byTag.get(tag);
    if (known === undefined) {
      reader.skip(size);
      continue;
    }
    value[known.name] = reader.sized(size, known.decode);
  }
}

function compileField(path: string, field: Field, target: CodecTarget): ValueDecoder {
  const nullable = isNullable(field, target);
  const compact = isCompact(field, target);
  switch (field.kind) {
    case 'scalar':
      if (field.type === 'int64' && field.saturates) return (reader) => reader.saturatingInt64();
      return compileScalar(path, field.type, { nullable, compact });
    case 'struct': {
      const decode = compileDecoder(path, field.fields, target);
      if (!nullable) return decode;
      // A struct under a tag is marked by a varint of 0 or 1, elsewhere by a byte of -1 or 1.
      if (isTagged(field, target)) return (reader) => (reader.uvarint() === 0 ? null : decode(reader));
      return (reader) => (reader.int8() < 0 ? null : decode(reader));
    }
    case 'array': {
      const { element } = field;
      const decodeElement =
        typeof element === 'string'
          ? compileScalar(path, element, { nullable: false, compact })
          : compileDecoder(path, element, target);
      const elementSize = minimumElementSize(element, target);
      return (reader) => {
        const count = reader.lengthOrCount(compact);
        if (count < 0) return nullOrThrow(path, count, nullable);
        if (count * elementSize > reader.remaining) {
          throw new ProtocolError('truncated', `${path}: ${count} elements in ${reader.remaining} bytes`);
        }
        const elements: unknown[] = new Array(count);
        for (let index = 0; index < count; index++) elements[index] = decodeElement(reader);
        return elements;
      };
    }
  }
}

interface ScalarForm {
  readonly nullable: boolean;
  readonly compact: boolean;
}

function compileScalar(path: string, type: ScalarType, { nullable, compact }: ScalarForm): ValueDecoder {
  switch (type) {
    case 'string':
      return (reader) => {
        const length = reader.stringLength(compact);
        return length < 0 ? nullOrThrow(path, length, nullable) : reader.utf8(length);
      };
    case 'bytes':
    case 'records':
      return (reader) => {
        const length = reader.lengthOrCount(compact);
        return length < 0 ? nullOrThrow(path, length, nullable) : reader.slice(length);
      };
    default:
      return (reader) => reader[type]();
  }
}

function nullOrThrow(path: string, length: number, nullable: boolean): null {
  if (length === -1 && nullable) return null;
  throw new ProtocolError('malformed', `${path} has the length ${length}`);
}

/** The fewest bytes an element can take; never 0, so that a count is always bounded by what is left. */
function minimumElementSize(element: ScalarType | Fields, target: CodecTarget): number {
  return Math.max(
    1,
    typeof element === 'string'
      ? minimumScalarSize(element, target.flexible)
      : minimumStructSize(element, target),
  );
}

function minimumStructSize(fields: Fields, target: CodecTarget): number {
  let size = target.flexible ? 1 : 0;
  for (const field of Object.values(fields)) {
    if (includesVersion(field.versions, target.version) && !isTagged(field, target)) {
      size += minimumFieldSize(field, target);
    }
  }
  return size;
}

function minimumFieldSize(field: Field, target: CodecTarget): number {
  const compact = isCompact(field, target);
  switch (field.kind) {
    case 'scalar':
      return minimumScalarSize(field.type, compact);
    case 'struct':
      return isNullable(field, target) ? 1 : minimumStructSize(field.fields, target);
    case 'array':
      return compact ? 1 : 4;
  }
}

function minimumScalarSize(type: ScalarType, compact: boolean): number {
  switch (type) {
    case 'bool':
    case 'int8':
      return 1;
    case 'int16':
    case 'uint16':
      return 2;
    case 'int32':
    case 'uint32':
      return 4;
    case 'int64':
    case 'float64':
      return 8;
    case 'uuid':
      return 16;
    case 'string':
      return compact ? 1 : 2;
    case 'bytes':
    case 'records':
      return compact ? 1 : 4;
  }
}
