import { expect, test } from 'vitest';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { buildBatch } from '../protocol/records.ts';
import { recordBatchOf, recordsOf } from './coordinator-batch.ts';

const records = [
  { key: Uint8Array.of(1), value: Uint8Array.of(2) },
  { key: Uint8Array.of(3), value: null },
  { key: Uint8Array.of(4), value: null, headers: [{ key: 'id', value: Uint8Array.of(5) }] },
];

test.each(['none', 'gzip', 'zstd'] as const)(
  'records come back from batches of compression %s',
  (compression) => {
    const batch = recordBatchOf(records, { compression, timestamp: 5 });
    expect([...recordsOf(new Uint8Array([...batch, ...batch]))]).toEqual([...records, ...records]);
  },
);

test('control records are not for machines', () => {
  const control = buildBatch([{ key: Uint8Array.of(0, 0, 0, 1), value: null }], { isControl: true });
  expect([...recordsOf(control)]).toEqual([]);
});

test('bytes behind the last whole batch are an error, not the end', () => {
  const batch = recordBatchOf(records, { compression: 'none', timestamp: 5 });
  expect(() => [...recordsOf(Buffer.concat([batch, batch.subarray(0, 70)]))]).toThrow(ProtocolError);
});
