import fc, { type Arbitrary } from 'fast-check';
import type { Field, Fields, ScalarType } from '../src/protocol/fields.ts';
import type { MessageDeclaration } from '../src/protocol/message.ts';
import { includesVersion } from '../src/protocol/version-range.ts';

/** Any value of a message that can be written in the version: each field of the version given, or left out. */
export function messageArbitrary(
  declaration: MessageDeclaration,
  version: number,
): Arbitrary<Record<string, unknown>> {
  return structArbitrary(declaration.fields, version);
}

/** Any version that the message has. */
export function versionArbitrary({ validVersions }: MessageDeclaration): Arbitrary<number> {
  return fc.integer({ min: validVersions.min, max: validVersions.max });
}

function structArbitrary(fields: Fields, version: number): Arbitrary<Record<string, unknown>> {
  const present = Object.entries(fields).filter(([, field]) => includesVersion(field.versions, version));
  const members = Object.fromEntries(present.map(([name, field]) => [name, fieldArbitrary(field, version)]));
  return fc.record(members, { requiredKeys: [] });
}

function fieldArbitrary(field: Field, version: number): Arbitrary<unknown> {
  const value = presentFieldArbitrary(field, version);
  return includesVersion(field.nullable, version) ? fc.option(value, { nil: null }) : value;
}

function presentFieldArbitrary(field: Field, version: number): Arbitrary<unknown> {
  switch (field.kind) {
    case 'scalar':
      return scalarArbitrary(field.type);
    case 'struct':
      return structArbitrary(field.fields, version);
    case 'array': {
      const { element } = field;
      const item = typeof element === 'string' ? scalarArbitrary(element) : structArbitrary(element, version);
      return fc.array(item, { maxLength: 4 });
    }
  }
}

function scalarArbitrary(type: ScalarType): Arbitrary<unknown> {
  switch (type) {
    case 'bool':
      return fc.boolean();
    case 'int8':
      return fc.integer({ min: -128, max: 127 });
    case 'int16':
      return fc.integer({ min: -32768, max: 32767 });
    case 'uint16':
      return fc.integer({ min: 0, max: 65535 });
    case 'int32':
      return fc.integer();
    case 'uint32':
      return fc.integer({ min: 0, max: 0xffff_ffff });
    case 'int64':
      return fc.maxSafeInteger();
    case 'float64':
      return fc.double({ noNaN: true });
    case 'uuid':
      return bytesArbitrary({ minLength: 16, maxLength: 16 }).map((bytes) =>
        Buffer.from(bytes).toString('base64url'),
      );
    case 'string':
      return fc.string({ unit: 'grapheme', maxLength: 40 });
    case 'bytes':
    case 'records':
      return bytesArbitrary({ maxLength: 200 });
  }
}

function bytesArbitrary(lengths: fc.IntArrayConstraints): Arbitrary<Uint8Array> {
  return fc.uint8Array(lengths).map((bytes) => new Uint8Array(bytes));
}
