import { describe, expect, it } from 'vitest';
import { readGoldenVectors } from '../../test/golden-vectors.ts';
import { decodeMessage, encodeMessage } from './message.ts';
import { messages } from './message-registry.ts';
import { Reader } from './reader.ts';

const vectors = readGoldenVectors();
const byName = Map.groupBy(vectors, ({ declaration }) => declaration.name);

describe('the golden vectors of Kafka 4.3.1', () => {
  it('are 2145 and of every declared message but the headers and the producer snapshot', () => {
    expect(vectors).toHaveLength(2145);
    const without = Object.keys(messages).filter((name) => !byName.has(name));
    expect(without).toEqual(['ProducerSnapshot', 'RequestHeader', 'ResponseHeader']);
  });

  it.each([...byName.keys()])('%s encodes to the same bytes and decodes to the same value', (name) => {
    for (const { declaration, version, value, bytes } of byName.get(name) ?? []) {
      const encoded = encodeMessage(declaration, value, version);
      expect(hex(encoded), `version ${version}`).toBe(hex(bytes));
      const reader = new Reader(bytes);
      expect(decodeMessage(declaration, reader, version), `version ${version}`).toMatchObject(value);
      reader.expectEnd();
    }
  });
});

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
