import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readGoldenVectors } from '../../test/golden-vectors.ts';
import { messageArbitrary, versionArbitrary } from '../../test/message-arbitrary.ts';
import {
  decodeMessage,
  encodeMessage,
  encodeMessageParts,
  isFlexible,
  type MessageDeclaration,
} from './message.ts';
import { compileDecoder } from './message-decoder.ts';
import { compileEncoder } from './message-encoder.ts';
import { fetchRequest } from './messages/fetch-request.ts';
import { fetchResponse } from './messages/fetch-response.ts';
import { produceRequest } from './messages/produce-request.ts';
import { ProtocolError } from './protocol-error.ts';
import { Reader } from './reader.ts';
import { Writer } from './writer.ts';

const declarations: readonly MessageDeclaration[] = [produceRequest, fetchRequest, fetchResponse];

/** The codec compiled from the declaration's fields, whatever is written by hand. */
function compiled(declaration: MessageDeclaration, version: number) {
  const target = { version, flexible: isFlexible(declaration, version) };
  const encode = compileEncoder(declaration.name, declaration.fields, target);
  return {
    decode: compileDecoder(declaration.name, declaration.fields, target),
    encode(value: Record<string, unknown>) {
      const writer = new Writer();
      encode(writer, value);
      return writer.bytes();
    },
  };
}

function outcomeOf<Value>(action: () => Value): Value | string {
  try {
    return action();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
}

describe.each(declarations)('the hand-written paths of $name', (declaration) => {
  it('agree with the compiled codec on the golden vectors', () => {
    for (const vector of readGoldenVectors().filter((each) => each.declaration === declaration)) {
      const generic = compiled(declaration, vector.version);
      const byHand = decodeMessage(declaration, new Reader(vector.bytes), vector.version);
      expect(byHand).toStrictEqual(generic.decode(new Reader(vector.bytes)));
      expect(encodeMessage(declaration, vector.value, vector.version)).toEqual(vector.bytes);
    }
  });

  it('agree with the compiled codec on any value', () => {
    const value = versionArbitrary(declaration).chain((version) =>
      fc.record({ version: fc.constant(version), value: messageArbitrary(declaration, version) }),
    );
    const property = fc.property(value, ({ version, value }) => {
      const generic = compiled(declaration, version);
      const bytes = generic.encode(value);
      expect(encodeMessage(declaration, value, version)).toEqual(bytes);
      const parts = encodeMessageParts(declaration, value, version);
      expect(Buffer.concat(parts)).toEqual(Buffer.from(bytes));
      const byHand = decodeMessage(declaration, new Reader(bytes), version);
      expect(byHand).toStrictEqual(generic.decode(new Reader(bytes)));
    });
    fc.assert(property, { numRuns: 300 });
  });

  it('agree with the compiled codec on which bytes are wrong', () => {
    for (const { bytes, version } of readGoldenVectors().filter((each) => each.declaration === declaration)) {
      const generic = compiled(declaration, version);
      for (let length = 0; length < bytes.length; length += 3) {
        const cut = bytes.subarray(0, length);
        expect(outcomeOf(() => decodeMessage(declaration, new Reader(cut), version))).toStrictEqual(
          outcomeOf(() => generic.decode(new Reader(cut))),
        );
      }
    }
  });

  it('agree with the compiled codec on values that a version has no place for', () => {
    const withForeignFields = fc.record({
      version: versionArbitrary(declaration),
      value: versionArbitrary(declaration).chain((other) => messageArbitrary(declaration, other)),
    });
    const property = fc.property(withForeignFields, ({ version, value }) => {
      expect(outcomeOf(() => encodeMessage(declaration, value, version))).toEqual(
        outcomeOf(() => compiled(declaration, version).encode(value)),
      );
    });
    fc.assert(property, { numRuns: 300 });
  });
});

describe('a fetch response', () => {
  it('hands on large records without copying them', () => {
    const records = [new Uint8Array(5000).fill(1), new Uint8Array(6000).fill(2)];
    const value = { responses: [{ topic: 'orders', partitions: [{ partitionIndex: 0, records }] }] };
    const parts = encodeMessageParts(fetchResponse, value, 12);
    expect(parts[1]).toBe(records[0]);
    expect(parts[2]).toBe(records[1]);
    const decoded = decodeMessage(fetchResponse, new Reader(Buffer.concat(parts)), 12);
    expect(decoded.responses[0]?.partitions[0]?.records).toHaveLength(11000);
  });
});
