import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Field, Fields } from '../src/protocol/fields.ts';
import type { MessageDeclaration } from '../src/protocol/message.ts';
import { messages } from '../src/protocol/message-registry.ts';

/** One message as Kafka 4.3.1's own class wrote it. */
export interface GoldenVector {
  readonly declaration: MessageDeclaration;
  readonly version: number;
  /** The fields that the version has, tagged ones at their default left out. */
  readonly value: Readonly<Record<string, unknown>>;
  readonly bytes: Uint8Array;
}

interface VectorLine {
  readonly name: string;
  readonly version: number;
  readonly json: Record<string, unknown>;
  readonly hex: string;
}

/** All golden vectors of `test/data/wire-vectors.ndjson.gz`. */
export function readGoldenVectors(): GoldenVector[] {
  const path = new URL('data/wire-vectors.ndjson.gz', import.meta.url);
  const lines = gunzipSync(readFileSync(path)).toString().trimEnd().split('\n');
  return lines.map((line) => vectorOf(JSON.parse(line)));
}

const declarations: ReadonlyMap<string, MessageDeclaration> = new Map(Object.entries(messages));

function vectorOf({ name, version, json, hex }: VectorLine): GoldenVector {
  const declaration = declarations.get(name);
  if (declaration === undefined) throw new Error(`no declaration of ${name}`);
  return {
    declaration,
    version,
    value: structOf(json, declaration.fields),
    bytes: new Uint8Array(Buffer.from(hex, 'hex')),
  };
}

function structOf(json: Record<string, unknown>, fields: Fields): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(json)) {
    const field = fields[name];
    if (field === undefined) throw new Error(`the declaration has no field ${name}`);
    value[name] = item === null ? null : valueOfField(item, field);
  }
  return value;
}

function valueOfField(item: unknown, field: Field): unknown {
  switch (field.kind) {
    case 'scalar':
      return scalarOf(item, field.type);
    case 'struct':
      return structOf(item as Record<string, unknown>, field.fields);
    case 'array': {
      const { element } = field;
      return (item as unknown[]).map((each) =>
        typeof element === 'string'
          ? scalarOf(each, element)
          : structOf(each as Record<string, unknown>, element),
      );
    }
  }
}

/** JSON holds bytes and records as base64 text. */
function scalarOf(item: unknown, type: string): unknown {
  if (type !== 'bytes' && type !== 'records') return item;
  return new Uint8Array(Buffer.from(item as string, 'base64'));
}
