import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Field, Fields } from './fields.ts';
import { decodeMessage, encodeMessage, type MessageDeclaration } from './message.ts';
import { messages } from './message-registry.ts';
import { Reader } from './reader.ts';

/** One message as Kafka 4.3.1's own class wrote it; see test/data/README.md. */
interface Vector {
  readonly name: string;
  readonly version: number;
  readonly json: Record<string, unknown>;
  readonly hex: string;
}

const path = new URL('../../test/data/wire-vectors.ndjson.gz', import.meta.url);
const vectors = gunzipSync(readFileSync(path))
  .toString()
  .trimEnd()
  .split('\n')
  .map((line): Vector => JSON.parse(line));

const declarations: ReadonlyMap<string, MessageDeclaration> = new Map(Object.entries(messages));

/** The vector's value with bytes and records as bytes: JSON holds them as base64 text. */
function valueOf(json: unknown, fields: Fields): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(json as Record<string, unknown>)) {
    const field = fields[name];
    if (field === undefined) throw new Error(`the declaration has no field ${name}`);
    value[name] = fieldValueOf(item, field);
  }
  return value;
}

function fieldValueOf(item: unknown, field: Field): unknown {
  if (item === null) return null;
  switch (field.kind) {
    case 'scalar':
      return scalarValueOf(item, field.type);
    case 'struct':
      return valueOf(item, field.fields);
    case 'array': {
      const { element } = field;
      return (item as unknown[]).map((each) =>
        typeof element === 'string' ? scalarValueOf(each, element) : valueOf(each, element),
      );
    }
  }
}

function scalarValueOf(item: unknown, type: string): unknown {
  if (type !== 'bytes' && type !== 'records') return item;
  return new Uint8Array(Buffer.from(item as string, 'base64'));
}

const byName = Map.groupBy(vectors, (vector) => vector.name);

describe('the golden vectors of Kafka 4.3.1', () => {
  it('are 2145 and of every declared message but the headers and the producer snapshot', () => {
    expect(vectors).toHaveLength(2145);
    const without = Object.keys(messages).filter((name) => !byName.has(name));
    expect(without).toEqual(['ProducerSnapshot', 'RequestHeader', 'ResponseHeader']);
  });

  it.each([...byName.keys()])('%s encodes to the same bytes and decodes to the same value', (name) => {
    const declaration = declarations.get(name);
    if (declaration === undefined) throw new Error(`no declaration of ${name}`);
    for (const { version, json, hex } of byName.get(name) ?? []) {
      const value = valueOf(json, declaration.fields);
      const encoded = encodeMessage(declaration, value, version);
      expect(Buffer.from(encoded).toString('hex'), `version ${version}`).toBe(hex);
      const reader = new Reader(Buffer.from(hex, 'hex'));
      expect(decodeMessage(declaration, reader, version), `version ${version}`).toMatchObject(value);
      reader.expectEnd();
    }
  });
});
