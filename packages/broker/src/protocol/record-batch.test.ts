import { describe, expect, it } from 'vitest';
import { bytesOfHex, hexOf, readCapturedLines } from '../../test/captured-lines.ts';
import {
  buildControlBatch,
  buildTransactionMarker,
  controlRecordTypeOf,
  coordinatorEpochOf,
} from './control-records.ts';
import {
  assignOffsets,
  type BatchHeader,
  baseOffsetAt,
  batchesIn,
  batchSizeAt,
  isCrcValidAt,
  lastOffsetAt,
  lastSequenceAt,
  leaderEpochAt,
  magicAt,
  maxTimestampAt,
  readBatchHeader,
  stampLogAppendTime,
  timestampTypeAt,
} from './record-batch.ts';
import { buildBatch, type LogRecord, recordsBody, recordsIn } from './records.ts';

/** A record with its bytes as base64 text. */
interface TextRecord {
  readonly offset: number;
  readonly timestamp: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: readonly { readonly key: string; readonly value: string | null }[];
}

interface CapturedBatch {
  readonly name: string;
  readonly header: BatchHeader;
  readonly records: readonly TextRecord[];
  readonly hex: string;
}

const captured = readCapturedLines<CapturedBatch>('record-batches.ndjson');
const ONE_MEBIBYTE = 1024 * 1024;

function newRecordOf({ offset, key, value, headers }: TextRecord, baseOffset: number) {
  return {
    offsetDelta: offset - baseOffset,
    key: bytesOf(key),
    value: bytesOf(value),
    headers: headers.map((header) => ({ key: header.key, value: bytesOf(header.value) })),
  };
}

function bytesOf(base64: string | null): Uint8Array | null {
  return base64 === null ? null : new Uint8Array(Buffer.from(base64, 'base64'));
}

function textOf(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('base64');
}

function textRecordsOf(batch: Uint8Array): TextRecord[] {
  return readRecords(batch).map((record) => ({
    ...record,
    key: textOf(record.key),
    value: textOf(record.value),
    headers: record.headers.map(({ key, value }) => ({ key, value: textOf(value) })),
  }));
}

function named(name: string): Uint8Array {
  const found = captured.find((batch) => batch.name === name);
  if (found === undefined) throw new Error(`no captured batch ${name}`);
  return bytesOfHex(found.hex);
}

function readRecords(batch: Uint8Array): LogRecord[] {
  return [...recordsIn(batch, recordsBody(batch, ONE_MEBIBYTE))];
}

describe('the record batches of Kafka 4.3.1', () => {
  it.each(captured)('$name: the header reads as Kafka reads it', ({ header, hex }) => {
    const batch = bytesOfHex(hex);
    expect(readBatchHeader(batch)).toEqual(header);
    expect(batchSizeAt(batch)).toBe(batch.length);
    expect(magicAt(batch)).toBe(2);
    expect(lastOffsetAt(batch)).toBe(header.baseOffset + header.lastOffsetDelta);
    expect(isCrcValidAt(batch)).toBe(true);
  });

  it.each(captured)('$name: the records read as Kafka reads them', ({ records, hex }) => {
    expect(textRecordsOf(bytesOfHex(hex))).toEqual(records);
  });

  it.each(captured)('$name: the same batch is built from the same records', ({ header, records, hex }) => {
    const newRecords = records.map((record, index) => ({
      ...newRecordOf(record, header.baseOffset),
      timestamp:
        header.timestampType === 'LogAppendTime' ? header.baseTimestamp + index * 1000 : record.timestamp,
    }));
    const built = buildBatch(newRecords, header);
    if (header.compression === 'none') {
      expect(hexOf(built)).toBe(hex);
    } else {
      expect(readBatchHeader(built)).toEqual(header);
      expect(textRecordsOf(built)).toEqual(records);
      expect(isCrcValidAt(built)).toBe(true);
    }
  });
});

describe('a record batch', () => {
  it('takes offsets and a leader epoch without a new checksum', () => {
    const batch = named('zstd, many records');
    assignOffsets(batch, 3_000_000_000_000, 12);
    expect(baseOffsetAt(batch)).toBe(3_000_000_000_000);
    expect(leaderEpochAt(batch)).toBe(12);
    expect(isCrcValidAt(batch)).toBe(true);
    expect(readRecords(batch).at(-1)?.offset).toBe(3_000_000_000_009);
  });

  it('stamped with the append time gives that time to all its records', () => {
    const batch = named('none, many records');
    stampLogAppendTime(batch, 1_800_000_000_000);
    expect(timestampTypeAt(batch)).toBe('LogAppendTime');
    expect(maxTimestampAt(batch)).toBe(1_800_000_000_000);
    expect(isCrcValidAt(batch)).toBe(true);
    expect(new Set(readRecords(batch).map(({ timestamp }) => timestamp))).toEqual(
      new Set([1_800_000_000_000]),
    );
  });

  it('has a wrong checksum once any byte from the attributes on is changed', () => {
    const original = named('none, one record');
    for (let at = 21; at < original.length; at++) {
      const damaged = original.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 0x10;
      expect(isCrcValidAt(damaged), `byte ${at}`).toBe(false);
    }
  });

  it('wraps its last sequence around after 2^31-1', () => {
    expect(lastSequenceAt(named('none, idempotent'))).toBe(7);
    expect(lastSequenceAt(named('none, one record'))).toBe(-1);
  });

  it('is found among others, and one that is cut off is not', () => {
    const first = named('gzip, one record');
    const second = named('none, headers');
    const together = Buffer.concat([first, second, named('lz4, one record').subarray(0, 70)]);
    expect([...batchesIn(together)].map(hexOf)).toEqual([hexOf(first), hexOf(second)]);
    expect([...batchesIn(together.subarray(0, 40))]).toEqual([]);
  });
});

describe('control batches', () => {
  it('tell their type by the key of their record', () => {
    const types = captured
      .filter(({ name }) => name.startsWith('control '))
      .map(({ records }) => controlRecordTypeOf(bytesOf(records[0]?.key ?? null)));
    expect(types).toEqual([
      'commit',
      'abort',
      'leader-change',
      'snapshot-header',
      'snapshot-footer',
      'kraft-version',
      'kraft-voters',
    ]);
    expect(controlRecordTypeOf(new Uint8Array([0, 0, 0, 99]))).toBe('unknown');
  });

  it.each(['commit', 'abort'] as const)(
    'that end a transaction (%s) are built as Kafka builds them',
    (outcome) => {
      const marker = {
        outcome,
        producerId: 4711,
        producerEpoch: 3,
        coordinatorEpoch: 12,
        timestamp: 1_700_000_000_000,
      };
      const kafkas = named(`control ${outcome.toUpperCase()}`);
      expect(hexOf(buildTransactionMarker(marker, { baseOffset: 77, leaderEpoch: 4 }))).toBe(hexOf(kafkas));
      expect(coordinatorEpochOf(readRecords(kafkas)[0]?.value ?? null)).toBe(12);
    },
  );

  it('of the metadata log are built as Kafka builds them', () => {
    const kafkas = named('control LEADER_CHANGE');
    const value = readRecords(kafkas)[0]?.value ?? new Uint8Array();
    const record = { type: 'leader-change', value, timestamp: 1_700_000_000_000 } as const;
    expect(hexOf(buildControlBatch(record, { leaderEpoch: 9 }))).toBe(hexOf(kafkas));
  });
});
