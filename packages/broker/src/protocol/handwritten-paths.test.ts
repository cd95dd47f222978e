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

/** Fields that brokers do not use among each other as a rule: with one of them the compiled codec does the work. */
const UNCOMMON: ReadonlySet<string> = new Set([
  ...['clusterId', 'replicaId', 'rackId', 'replicaDirectoryId'],
  ...['nodeEndpoints', 'divergingEpoch', 'currentLeader', 'snapshotId'],
]);

/** The replica's id in the state of the replica stays. */
function withoutUncommon(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUncommon);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  const entries = Object.entries(value).filter(([name]) => !UNCOMMON.has(name));
  return Object.fromEntries(
    entries.map(([name, inner]) => [name, name === 'replicaState' ? inner : withoutUncommon(inner)]),
  );
}

describe.each([fetchRequest, fetchResponse])('what brokers say to each other by $name', (declaration) => {
  const version = declaration.validVersions.max;
  const generic = compiled(declaration, version);
  const common = messageArbitrary(declaration, version).map(withoutUncommon) as fc.Arbitrary<
    Record<string, unknown>
  >;

  it('is encoded and decoded as by the compiled codec', () => {
    const property = fc.property(common, (value) => {
      const bytes = generic.encode(value);
      expect(encodeMessage(declaration, value, version)).toEqual(bytes);
      const reader = new Reader(bytes);
      expect(decodeMessage(declaration, reader, version)).toStrictEqual(generic.decode(new Reader(bytes)));
      expect(reader.remaining).toBe(0);
    });
    fc.assert(property, { numRuns: 300 });
  });

  it('is refused as by the compiled codec where it is cut off or damaged', () => {
    const property = fc.property(common, fc.nat(), fc.nat({ max: 255 }), (value, at, byte) => {
      const damaged = Uint8Array.from(generic.encode(value));
      damaged[at % damaged.length] = byte;
      for (const bytes of [damaged, damaged.subarray(0, at % damaged.length)]) {
        expect(outcomeOf(() => decodeMessage(declaration, new Reader(bytes), version))).toStrictEqual(
          outcomeOf(() => generic.decode(new Reader(bytes))),
        );
      }
    });
    fc.assert(property, { numRuns: 300 });
  });
});

describe('a fetch response', () => {
  it('that names no leader is the same with an empty list of them', () => {
    const value = { sessionId: 7, responses: [{ partitions: [{ partitionIndex: 3, highWatermark: 12 }] }] };
    const bytes = encodeMessage(fetchResponse, value, 18);
    expect(encodeMessage(fetchResponse, { ...value, nodeEndpoints: [] }, 18)).toEqual(bytes);
  });

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
