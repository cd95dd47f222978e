import { codec } from '@odradek/broker/protocol';
import { describe, expect, it } from 'vitest';
import type { BatchRecord, RecordBatch } from '../cluster-client/record-batches.ts';
import { CommitRecords } from './commit-records.ts';

function versioned(version: number, body: Uint8Array): Uint8Array {
  return Uint8Array.from([version >> 8, version & 0xff, ...body]);
}

const target = { group: 'g', topic: 't', partition: 1 };
const key = versioned(1, codec('OffsetCommitKey').encode(target, 0));

function value(offset: number, version = 3): Uint8Array {
  const commit = { offset, metadata: 'note', commitTimestamp: 1_000 };
  return versioned(version, codec('OffsetCommitValue').encode(commit, version));
}

function batch(records: Partial<BatchRecord>[], change: Partial<RecordBatch> = {}): RecordBatch {
  return {
    nextOffset: 1,
    isTransactional: false,
    isControl: false,
    producerId: -1,
    timestampType: 'create-time',
    records: records.map((record, offset) => ({
      offset,
      timestamp: 0,
      key,
      value: null,
      headers: [],
      ...record,
    })),
    ...change,
  };
}

const marker = (type: number, producerId: number) =>
  batch([{ key: Uint8Array.from([0, 0, 0, type]) }], { isControl: true, isTransactional: true, producerId });

describe('CommitRecords', () => {
  it.each([0, 1, 2, 3, 4])('reads a commit of value version %i', (version) => {
    expect(new CommitRecords().read(batch([{ value: value(7, version), offset: 42 }]))).toEqual([
      { kind: 'commit', ...target, offset: 7, metadata: 'note', timestamp: 1_000, order: 42 },
    ]);
  });

  it('reads an offset tombstone as a removal', () => {
    expect(new CommitRecords().read(batch([{ value: null }]))).toEqual([
      { kind: 'offset-removed', ...target },
    ]);
  });

  it('passes over group metadata, unknown keys and values it cannot read', () => {
    const records = [
      { key: versioned(2, codec('GroupMetadataKey').encode({ group: 'g' }, 0)) },
      { key: versioned(77, key) },
      { key: Uint8Array.from([1]) },
      { key: null },
      { value: versioned(9, value(1)) },
      { value: Uint8Array.from([0, 3, 1]) },
    ];
    expect(new CommitRecords().read(batch(records))).toEqual([]);
  });

  it('holds the commits of a transaction back until it commits', () => {
    const records = new CommitRecords();
    expect(
      records.read(batch([{ value: value(7), offset: 5 }], { isTransactional: true, producerId: 9 })),
    ).toEqual([]);
    expect(records.restartOffset(20)).toBe(5);
    expect(records.read(marker(1, 9))).toMatchObject([{ kind: 'commit', offset: 7, order: 5 }]);
    expect(records.restartOffset(20)).toBe(20);
  });

  it('drops the commits of a transaction that aborts, and no others', () => {
    const records = new CommitRecords();
    records.read(batch([{ value: value(7) }], { isTransactional: true, producerId: 9 }));
    records.read(batch([{ value: value(8) }], { isTransactional: true, producerId: 10 }));
    expect(records.read(marker(0, 9))).toEqual([]);
    expect(records.read(marker(1, 10))).toMatchObject([{ offset: 8 }]);
  });
});
