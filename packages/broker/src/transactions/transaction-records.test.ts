import { expect, test } from 'vitest';
import type { TransactionMetadata } from './transaction-metadata.ts';
import { decodeTransactionRecord, transactionRecord, transactionTombstone } from './transaction-records.ts';

const KEY = '0000000970c3a4796d656e7473';

const ongoing: TransactionMetadata = {
  ...{ transactionalId: 'päyments', producerId: 1000, previousProducerId: 1000, nextProducerId: -1 },
  ...{ producerEpoch: 3, lastProducerEpoch: -1, timeoutMs: 60_000, state: 'Ongoing' },
  partitions: new Map([['orders', [7, 0]]]),
  ...{ startMs: 1_700_000_000_100, lastUpdateMs: 1_700_000_000_123, clientTransactionVersion: 2 },
};
const empty: TransactionMetadata = {
  ...ongoing,
  ...{ producerEpoch: 0, state: 'Empty', partitions: new Map(), startMs: -1, clientTransactionVersion: 0 },
};
const prepared: TransactionMetadata = {
  ...ongoing,
  ...{ producerEpoch: 32_767, nextProducerId: 2000, state: 'PrepareAbort', lastUpdateMs: 1_700_000_000_200 },
};
const completed: TransactionMetadata = {
  ...ongoing,
  ...{ producerId: 2000, producerEpoch: 0, state: 'CompleteAbort', partitions: new Map() },
  lastUpdateMs: 1_700_000_000_300,
};
/** What version 0 has no place for. */
const forgotten = { previousProducerId: -1, nextProducerId: -1, clientTransactionVersion: 0 };

// Made by TransactionLog.keyToBytes and valueToBytes of Apache Kafka 4.3.1.
test.each<[string, TransactionMetadata, number, string]>([
  [
    'an id without a transaction, version 0',
    { ...empty, ...forgotten },
    0,
    '000000000000000003e800000000ea6000ffffffff0000018bcfe5687bffffffffffffffff',
  ],
  [
    'an id without a transaction, version 1',
    empty,
    2,
    '000100000000000003e800000000ea6000000000018bcfe5687bffffffffffffffff01000800000000000003e8',
  ],
  [
    'an open transaction, version 0',
    { ...ongoing, ...forgotten },
    0,
    '000000000000000003e800030000ea60010000000100066f72646572730000000200000007000000000000018bcfe5687b0000018bcfe56864',
  ],
  [
    'an open transaction, version 1',
    ongoing,
    1,
    '000100000000000003e800030000ea600102076f7264657273030000000700000000000000018bcfe5687b0000018bcfe5686402000800000000000003e802020002',
  ],
  [
    'an abort with which the epochs run out',
    prepared,
    2,
    '000100000000000003e87fff0000ea600302076f7264657273030000000700000000000000018bcfe568c80000018bcfe5686403000800000000000003e8010800000000000007d002020002',
  ],
  [
    'what goes on with another producer id',
    { ...completed, previousProducerId: 1000 },
    2,
    '000100000000000007d000000000ea6005010000018bcfe5692c0000018bcfe5686402000800000000000003e802020002',
  ],
])("%s has the bytes of Kafka's", (_, metadata, transactionVersion, hex) => {
  const { key } = transactionRecord(metadata, transactionVersion);
  expect(Buffer.from(key).toString('hex')).toBe(KEY);
  const value = Buffer.from(hex, 'hex');
  const decoded = decodeTransactionRecord({ key, value });
  expect(decoded).toEqual({ kind: 'transaction', transactionalId: 'päyments', metadata });
  const written = transactionRecord(metadata, transactionVersion).value;
  expect(Buffer.from(written ?? []).toString('hex')).toBe(hex);
});

test('a tombstone takes the id back; what is of another kind or version is left alone', () => {
  const tombstone = transactionTombstone('päyments');
  expect(decodeTransactionRecord(tombstone)).toEqual({
    ...{ kind: 'transaction', transactionalId: 'päyments', metadata: null },
  });
  const value = Buffer.from('0002', 'hex');
  expect(decodeTransactionRecord({ ...tombstone, value })).toEqual({ kind: 'unknown', version: 2 });
  const key = Buffer.from('000100', 'hex');
  expect(decodeTransactionRecord({ key, value })).toEqual({ kind: 'unknown', version: 1 });
});

test.each([6, 7, 8, -1])('a record in state %i is damaged', (status) => {
  const { key, value } = transactionRecord(empty, 0);
  const bytes = Buffer.from(value ?? []);
  bytes.writeInt8(status, 16);
  expect(() => decodeTransactionRecord({ key, value: bytes })).toThrow('no transaction is stored in state');
});
