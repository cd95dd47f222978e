import { describe, expect, test } from 'vitest';
import { batchOf } from '../../test/log/log-bed.ts';
import { ErrorCode } from '../protocol/errors.ts';
import {
  compressionAt,
  isCrcValidAt,
  maxTimestampAt,
  readBatchHeader,
  timestampTypeAt,
  writeBatchHeader,
} from '../protocol/record-batch.ts';
import { type BatchOptions, buildBatch } from '../protocol/records.ts';
import type { AppendOrigin } from './append-outcome.ts';
import { DEFAULT_LOG_CONFIG, type LogConfig } from './log-config.ts';
import { largeOpeningOf, openRecords } from './recompression.ts';
import { validateBatch } from './record-validator.ts';

const NOW = 1_700_000_000_000;
const HOUR = 3_600_000;

function validate(bytes: Uint8Array, config: Partial<LogConfig> = {}, origin: AppendOrigin = 'client') {
  return validateBatch(bytes, { origin, config: { ...DEFAULT_LOG_CONFIG, ...config }, nowMs: NOW });
}

const batch = (options: BatchOptions & { timestamp?: number } = {}) => batchOf(['a', 'b'], options);

/** The batch with bytes changed and the checksum put right again. */
function withHeader(changes: Partial<ReturnType<typeof readBatchHeader>>): Uint8Array {
  const bytes = batch();
  writeBatchHeader(bytes, { ...readBatchHeader(bytes), ...changes });
  return bytes;
}

function poked(at: number, value: number): Uint8Array {
  const bytes = batch();
  bytes[at] = value;
  return bytes;
}

test('a well-formed batch passes as it is, and what hangs on behind it is cut off', () => {
  const bytes = batch();
  const valid = validate(bytes);
  expect(valid).toMatchObject({ kind: 'valid', maxTimestamp: NOW, logAppendTimeMs: -1 });
  const trailing = Buffer.concat([bytes, Buffer.from([1, 2, 3])]);
  const trimmed = validate(trailing);
  expect(trimmed.kind === 'valid' && Buffer.compare(trimmed.bytes, bytes)).toBe(0);
});

describe('refused is', () => {
  const { INVALID_RECORD, CORRUPT_MESSAGE, MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE, INVALID_TIMESTAMP } =
    ErrorCode;
  const bad: [string, number, Uint8Array, Partial<LogConfig>][] = [
    ['nothing at all', INVALID_RECORD, new Uint8Array(0), {}],
    ['half a batch', INVALID_RECORD, batch().subarray(0, 70), {}],
    ['two batches', INVALID_RECORD, Buffer.concat([batch(), batch()]), {}],
    ['a batch of magic 1', INVALID_RECORD, poked(16, 1), {}],
    ['a batch of magic 3', CORRUPT_MESSAGE, poked(16, 3), {}],
    ['a negative length', CORRUPT_MESSAGE, poked(8, 0xff), {}],
    ['a changed byte', CORRUPT_MESSAGE, poked(70, 0x7f), {}],
    ['a base offset', INVALID_RECORD, withHeader({ baseOffset: 1 }), {}],
    ['a count without its offsets', INVALID_RECORD, withHeader({ recordCount: 1 }), {}],
    ['a count without its records', INVALID_RECORD, withHeader({ recordCount: 3, lastOffsetDelta: 2 }), {}],
    ['an empty batch', INVALID_RECORD, buildBatch([], { lastOffsetDelta: -1 }), {}],
    ['a control batch', INVALID_RECORD, batch({ isControl: true, producerId: 1, baseSequence: 0 }), {}],
    ['a producer without sequence', INVALID_RECORD, batch({ producerId: 1, producerEpoch: 0 }), {}],
    ['more than max.message.bytes', MESSAGE_TOO_LARGE, batch(), { maxMessageBytes: 50 }],
    ['more than segment.bytes', RECORD_LIST_TOO_LARGE, batch(), { segmentBytes: 50 }],
    ['a time too far ahead', INVALID_TIMESTAMP, batch({ timestamp: NOW + HOUR + 1 }), {}],
    [
      'a time too far back',
      INVALID_TIMESTAMP,
      batch({ timestamp: NOW - 11 }),
      { messageTimestampBeforeMaxMs: 10 },
    ],
    [
      'a compressed batch by its header',
      INVALID_TIMESTAMP,
      batch({ timestamp: NOW + HOUR + 1, compression: 'gzip' }),
      {},
    ],
    ['a time beyond 2^53', INVALID_TIMESTAMP, batch({ timestamp: 2 ** 60 }), {}],
    [
      'a time of the broker by the producer, where the broker has its own',
      INVALID_TIMESTAMP,
      batch({ timestampType: 'LogAppendTime' }),
      { messageTimestampType: 'LogAppendTime' },
    ],
    [
      'no time at all in the name of the broker',
      INVALID_TIMESTAMP,
      batch({ timestampType: 'LogAppendTime', timestamp: -1 }),
      {},
    ],
    [
      'a time in the name of the broker that is too far ahead',
      INVALID_TIMESTAMP,
      batch({ timestampType: 'LogAppendTime', timestamp: NOW + HOUR + 1, compression: 'gzip' }),
      {},
    ],
    ['a record without key where keys count', INVALID_RECORD, batch(), { cleanupPolicy: ['compact'] }],
    [
      'such a record also when compressed',
      INVALID_RECORD,
      batch({ compression: 'zstd' }),
      { cleanupPolicy: ['compact', 'delete'] },
    ],
  ];
  test.each(bad)('%s', (_what, errorCode, bytes, config) => {
    expect(validate(bytes, config)).toMatchObject({ kind: 'rejected', errorCode });
  });

  test.each(['none', 'gzip'] as const)('each bad record by its place (%s)', (compression) => {
    const records = [NOW, NOW + 2 * HOUR, NOW, NOW + 3 * HOUR].map((timestamp) => ({
      value: null,
      timestamp,
    }));
    const refusal = validate(buildBatch(records, { compression }));
    expect(refusal.kind === 'rejected' && refusal.recordErrors.map((error) => error.batchIndex)).toEqual([
      1, 3,
    ]);
  });
});

test('the limits themselves still pass, and a record without a time has none to check', () => {
  expect(validate(batch({ timestamp: NOW + HOUR })).kind).toBe('valid');
  expect(validate(batch({ timestamp: NOW - 10 }), { messageTimestampBeforeMaxMs: 10 }).kind).toBe('valid');
  expect(validate(batch({ timestamp: -1 }), { messageTimestampBeforeMaxMs: 10 })).toMatchObject({
    maxTimestamp: -1,
  });
});

test('a batch as large as the limits passes, one byte larger does not', () => {
  const { length } = batch();
  expect(validate(batch(), { maxMessageBytes: length, segmentBytes: length }).kind).toBe('valid');
  expect(validate(batch(), { maxMessageBytes: length - 1 }).kind).toBe('rejected');
  expect(validate(batch(), { segmentBytes: length - 1 }).kind).toBe('rejected');
});

test("a producer's time in the name of the broker becomes its own", () => {
  for (const compression of ['none', 'gzip'] as const) {
    const valid = validate(batch({ timestampType: 'LogAppendTime', timestamp: NOW - 5, compression }));
    if (valid.kind !== 'valid') throw new Error(valid.message);
    expect([timestampTypeAt(valid.bytes), maxTimestampAt(valid.bytes)]).toEqual(['CreateTime', NOW - 5]);
    expect(isCrcValidAt(valid.bytes)).toBe(true);
  }
});

test('a header that lies about the times of compressed records is not held against them', () => {
  const bytes = batch({ compression: 'gzip' });
  writeBatchHeader(bytes, { ...readBatchHeader(bytes), maxTimestamp: NOW + 2 * HOUR });
  const valid = validate(bytes);
  expect(valid).toMatchObject({ kind: 'valid', maxTimestamp: NOW });
});

test('a topic of LogAppendTime stamps the batch with a checksum that holds', () => {
  const valid = validate(batch({ timestamp: 5 }), { messageTimestampType: 'LogAppendTime' });
  if (valid.kind !== 'valid') throw new Error(valid.message);
  expect(valid).toMatchObject({ maxTimestamp: NOW, logAppendTimeMs: NOW });
  expect([timestampTypeAt(valid.bytes), maxTimestampAt(valid.bytes)]).toEqual(['LogAppendTime', NOW]);
  expect(isCrcValidAt(valid.bytes)).toBe(true);
});

test('a maximum timestamp that lies is put right', () => {
  const valid = validate(withHeader({ maxTimestamp: NOW + 5 }));
  if (valid.kind !== 'valid') throw new Error(valid.message);
  expect(valid.maxTimestamp).toBe(NOW);
  expect([maxTimestampAt(valid.bytes), isCrcValidAt(valid.bytes)]).toEqual([NOW, true]);
});

test.each(['uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'] as const)(
  'a batch is kept in %s where the topic says so',
  (compressionType) => {
    for (const compression of ['none', 'gzip', 'zstd'] as const) {
      const valid = validate(batch({ compression }), { compressionType });
      if (valid.kind !== 'valid') throw new Error(valid.message);
      expect(compressionAt(valid.bytes)).toBe(compressionType === 'uncompressed' ? 'none' : compressionType);
      expect(isCrcValidAt(valid.bytes)).toBe(true);
      expect(validate(valid.bytes).kind).toBe('valid');
    }
  },
);

test('coordinators write control batches, and the raft log is not held to a message size', () => {
  const control = batch({ isControl: true, isTransactional: true, producerId: 1, producerEpoch: 0 });
  expect(validate(control, {}, 'coordinator').kind).toBe('valid');
  expect(validate(batch(), { maxMessageBytes: 10 }, 'raft').kind).toBe('valid');
});

test('compressed records stand by their header, unless the topic looks into them', () => {
  const bytes = batch({ compression: 'gzip' });
  writeBatchHeader(bytes, { ...readBatchHeader(bytes), lastOffsetDelta: 2, recordCount: 3 });
  expect(validate(bytes).kind).toBe('valid');
  expect(validate(bytes, { validateRecords: true })).toMatchObject({
    kind: 'rejected',
    errorCode: ErrorCode.INVALID_RECORD,
  });
});

test.each(['gzip', 'zstd'] as const)('%s tries as hard as the topic says', (codec) => {
  const bytes = batchOf(Array.from({ length: 2000 }, (_, index) => `${index ** 3}`));
  const sizes = [1, 9].map((level) => {
    const compressionLevels = { ...DEFAULT_LOG_CONFIG.compressionLevels, [codec]: level };
    const valid = validate(bytes.slice(), { compressionType: codec, compressionLevels });
    return valid.kind === 'valid' ? valid.bytes.length : 0;
  });
  expect(sizes[0]).toBeGreaterThan(sizes[1] ?? 0);
  expect(sizes[1]).toBeGreaterThan(0);
});

describe('records that were opened before', () => {
  const config = { ...DEFAULT_LOG_CONFIG, compressionType: 'zstd' } as const;
  const large = () => batchOf(['x'.repeat(20_000), `${NOW}`], { compression: 'none' });
  const openedFor = (wanted: Partial<LogConfig>) => {
    const opening = largeOpeningOf(large(), { ...config, ...wanted });
    return opening === null ? undefined : openRecords(opening);
  };

  test('are taken as they are', () => {
    const opened = openedFor({});
    const valid = validateBatch(large(), { origin: 'client', config, nowMs: NOW, opened });
    expect(valid.kind === 'valid' && compressionAt(valid.bytes)).toBe('zstd');
    const broken = { kind: 'malformed', reason: 'no' } as const;
    const refused = validateBatch(large(), { origin: 'client', config, nowMs: NOW, opened: broken });
    expect(refused).toMatchObject({ kind: 'rejected', errorCode: ErrorCode.INVALID_RECORD, message: 'no' });
  });

  test('are opened again for another codec: the config has changed meanwhile', () => {
    const opened = openedFor({ compressionType: 'gzip' });
    expect(opened).toMatchObject({ kind: 'opened', target: 'gzip' });
    const valid = validateBatch(large(), { origin: 'client', config, nowMs: NOW, opened });
    expect(valid.kind === 'valid' && compressionAt(valid.bytes)).toBe('zstd');
    expect(valid.kind === 'valid' && validate(valid.bytes, { validateRecords: true }).kind).toBe('valid');
  });

  test('are small ones never, nor those of topics that only keep them', () => {
    expect(largeOpeningOf(batch(), config)).toBeNull();
    expect(largeOpeningOf(large(), DEFAULT_LOG_CONFIG)).toBeNull();
  });
});
