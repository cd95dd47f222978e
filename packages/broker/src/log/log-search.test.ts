import fs from 'node:fs';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CountedDisk } from '../../test/log/counted-disk.ts';
import { batchOf, LogBed } from '../../test/log/log-bed.ts';
import { FIRST_TIMESTAMP, RECORDS_PER_SEGMENT, writeManySegments } from '../../test/log/many-segments.ts';
import { lastOffsetAt, readBatchHeader, writeBatchHeader } from '../protocol/record-batch.ts';
import { buildBatch } from '../protocol/records.ts';
import type { PartitionLog } from './partition-log.ts';

const CLIENT = { origin: 'client', leaderEpoch: 3 } as const;

const START = 1_700_000_000_000;

const CONFIG = { segmentBytes: 1500, indexIntervalBytes: 200, timestampAfterMaxMs: Number.MAX_SAFE_INTEGER };

let counted: CountedDisk;
let bed: LogBed;
beforeEach(() => {
  counted = new CountedDisk();
  bed = new LogBed(counted.disk);
});
afterEach(() => bed.remove());

interface WrittenBatch {
  /** Of each record, behind START. */
  readonly times: readonly number[];
  readonly valueBytes: number;
  readonly compression: 'none' | 'gzip' | 'lz4' | 'zstd';
  /** How much more the header of a compressed batch claims than its records hold. */
  readonly lie: number;
}

const batches: fc.Arbitrary<WrittenBatch[]> = fc.array(
  fc.record({
    times: fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 4 }),
    valueBytes: fc.constantFrom(1, 30, 250),
    compression: fc.constantFrom('none', 'none', 'gzip', 'lz4', 'zstd'),
    lie: fc.constantFrom(0, 0, 0, 50, 1000),
  }),
  { minLength: 1, maxLength: 40 },
);

function bytesOf({ times, valueBytes, compression, lie }: WrittenBatch): Uint8Array {
  const value = Buffer.alloc(valueBytes, 'v');
  const records = times.map((time) => ({ key: null, value, timestamp: START + time }));
  const batch = buildBatch(records, { compression });
  if (compression === 'none' || lie === 0) return batch;
  const header = readBatchHeader(batch);
  writeBatchHeader(batch, { ...header, maxTimestamp: header.maxTimestamp + lie });
  return batch;
}

async function write(log: PartitionLog, written: readonly WrittenBatch[]): Promise<void> {
  for (const batch of written) {
    const outcome = log.appendAsLeader(bytesOf(batch), CLIENT);
    if (outcome.kind !== 'appended') throw new Error(`not appended: ${JSON.stringify(outcome)}`);
    expect(await outcome.completion).toBe(0);
  }
  log.updateHighWatermark(log.logEndOffset);
}

interface ModelRecord {
  readonly offset: number;
  readonly timestamp: number;
}

function recordsOf(written: readonly WrittenBatch[]): ModelRecord[] {
  return written.flatMap(({ times }) => times).map((time, offset) => ({ offset, timestamp: START + time }));
}

async function found(search: ReturnType<PartitionLog['newestRecord']>): Promise<ModelRecord | undefined> {
  const outcome = await search;
  if (outcome.kind === 'refused') throw new Error(`refused with ${outcome.errorCode}`);
  if (outcome.record === null) return undefined;
  const { offset, timestamp } = outcome.record;
  return { offset, timestamp };
}

async function expectAnswersOf(log: PartitionLog, model: readonly ModelRecord[]): Promise<void> {
  const kept = model.filter(({ offset }) => offset >= log.logStartOffset);
  const newest = kept.reduce<ModelRecord | undefined>(
    (best, record) => (best === undefined || record.timestamp > best.timestamp ? record : best),
    undefined,
  );
  expect(await found(log.newestRecord())).toEqual(newest);
  for (const timestamp of new Set(kept.flatMap((record) => [record.timestamp, record.timestamp + 1]))) {
    const expected = kept.find((record) => record.timestamp >= timestamp);
    expect(await found(log.offsetForTimestamp(timestamp))).toEqual(expected);
  }
  for (const { offset } of kept) expect(await firstOffsetsRead(log, offset)).toContain(offset);
}

/** The offsets of the batch that a read from `fromOffset` begins with. */
async function firstOffsetsRead(log: PartitionLog, fromOffset: number): Promise<number[]> {
  const request = { fromOffset, maxBytes: 1, upToOffset: log.logEndOffset, minOneBatch: true };
  const read = await log.read(request);
  if (read.kind !== 'records' || read.parts[0] === undefined) return [];
  const { baseOffset } = readBatchHeader(read.parts[0]);
  return Array.from(
    { length: lastOffsetAt(read.parts[0]) - baseOffset + 1 },
    (_, delta) => baseOffset + delta,
  );
}

test('look-ups by time and offset answer as reading everything would', async () => {
  await fc.assert(
    fc.asyncProperty(batches, fc.double({ min: 0, max: 1, noNaN: true }), async (written, part) => {
      const ownBed = new LogBed();
      const model = recordsOf(written);
      const live = await ownBed.open({ config: CONFIG });
      await write(live, written);
      await expectAnswersOf(live, model);
      live.advanceLogStartOffset(Math.floor(part * model.length));
      await expectAnswersOf(live, model);
      const { logStartOffset, logEndOffset } = live;
      await live.close();
      const saved = { config: CONFIG, logStartOffset, highWatermark: logEndOffset };
      const clean = await ownBed.open({ ...saved, isClean: true, recoveryPoint: logEndOffset });
      await expectAnswersOf(clean, model);
      await clean.abandon();
      const recovered = await ownBed.open({ ...saved, isClean: false });
      await expectAnswersOf(recovered, model);
      await recovered.close();
      ownBed.remove();
    }),
    { numRuns: 30 },
  );
});

describe('a time index that Kafka has emptied', () => {
  test('and gone on with is not trusted for what came before', async () => {
    const written = Array.from({ length: 20 }, (_, index) => plain(index === 19 ? 30 : index));
    const log = await bed.open({ config: { ...CONFIG, segmentBytes: 1_000_000 } });
    await write(log, written);
    await log.close();
    const path = `${bed.directory}/${bed.files().find((name) => name.endsWith('.timeindex'))}`;
    const entries = fs.readFileSync(path);
    expect(entries.length).toBeGreaterThan(24);
    fs.writeFileSync(path, entries.subarray(entries.length - 12));
    const again = await bed.open({ isClean: true, highWatermark: 20, recoveryPoint: 20 });
    await expectAnswersOf(again, recordsOf(written));
    await again.close();
  });
});

describe('in a log of 10,000 segments', () => {
  const SEGMENTS = 10_000;
  const RECORDS = SEGMENTS * RECORDS_PER_SEGMENT;
  const disk = new CountedDisk();
  const many = new LogBed(disk.disk);

  beforeAll(() => writeManySegments(many.directory, SEGMENTS), 60_000);
  afterAll(() => many.remove());

  async function opened(): Promise<PartitionLog> {
    disk.taken();
    return many.open({ isClean: true, recoveryPoint: RECORDS, highWatermark: RECORDS });
  }

  test('opening reads nothing of those that are closed', async () => {
    const log = await opened();
    const { opens, reads, readBytes } = disk.taken();
    expect({ end: log.logEndOffset, size: log.sizeInBytes > 1_000_000 }).toEqual({
      end: RECORDS,
      size: true,
    });
    expect(opens).toBeLessThanOrEqual(10);
    expect(reads).toBeLessThanOrEqual(10);
    expect(readBytes).toBeLessThanOrEqual(8 * 1024);
    await log.close();
  });

  test('a look-up by offset reads one index and one piece of one segment', async () => {
    const log = await opened();
    disk.taken();
    for (const offset of [1, 7_001, RECORDS - 1]) {
      expect(await firstOffsetsRead(log, offset)).toEqual([offset]);
      const { opens, reads, readBytes } = disk.taken();
      expect(opens).toBeLessThanOrEqual(2);
      expect(reads).toBeLessThanOrEqual(4);
      expect(readBytes).toBeLessThanOrEqual(24 * 1024);
    }
    await log.close();
  });

  test('a look-up by time reads twelve bytes of each older segment, once, and then two files', async () => {
    const log = await opened();
    disk.taken();
    const byOffset = (offset: number) => ({ offset, timestamp: FIRST_TIMESTAMP + offset });
    expect(await found(log.offsetForTimestamp(FIRST_TIMESTAMP + 5))).toEqual(byOffset(5));
    expect(disk.taken().opens).toBeLessThanOrEqual(70);
    expect(await found(log.offsetForTimestamp(FIRST_TIMESTAMP + RECORDS - 1))).toEqual(byOffset(RECORDS - 1));
    expect(disk.taken().readBytes).toBeLessThanOrEqual(SEGMENTS * 12 + 8 * 1024);
    for (const offset of [3, 9_999, RECORDS - 1]) {
      expect(await found(log.offsetForTimestamp(FIRST_TIMESTAMP + offset))).toEqual(byOffset(offset));
      const { opens, reads, readBytes } = disk.taken();
      expect(opens).toBeLessThanOrEqual(3);
      expect(reads).toBeLessThanOrEqual(5);
      expect(readBytes).toBeLessThanOrEqual(8 * 1024);
    }
    expect(await found(log.newestRecord())).toEqual(byOffset(RECORDS - 1));
    expect(disk.taken().readBytes).toBeLessThanOrEqual(8 * 1024);
    await log.close();
  });

  test('what is asked for aborted transactions opens no file where none was aborted', async () => {
    const log = await opened();
    disk.taken();
    expect(await log.abortedTransactions(0, RECORDS)).toEqual([]);
    expect(disk.taken().opens).toBe(0);
    await log.close();
  });

  test('reading here and there keeps a bounded number of files open', async () => {
    const log = await opened();
    for (let offset = 0; offset < RECORDS; offset += 41) await firstOffsetsRead(log, offset);
    expect(disk.taken().openFilesMax).toBeLessThanOrEqual(110);
    await log.close();
    expect(disk.taken().openFiles).toBe(0);
  });

  test('retention by time looks at those that it takes and at one more', async () => {
    const log = await opened();
    disk.taken();
    log.updateConfig({ ...log.config, retentionMs: many.clock.wallMs() - (FIRST_TIMESTAMP + 9) });
    expect(await log.applyRetention(many.clock.wallMs())).toBe(4);
    expect(log.logStartOffset).toBe(8);
    expect(disk.taken().opens).toBeLessThanOrEqual(6);
    await log.close();
  });
});

describe('in one large segment', () => {
  test('a look-up reads no more than what lies between two index entries', async () => {
    const size = 4000;
    const config = { segmentBytes: 64 * 1024 * 1024, indexIntervalBytes: 4096 };
    const log = await bed.open({ config });
    // The first record is newer than most, so that the time index says nothing of what follows it.
    const written = Array.from({ length: size }, (_, index) => plain(index === 0 ? 3_000 : index, 1000));
    await write(log, written);
    await log.close();
    const again = await bed.open({ config, isClean: true, recoveryPoint: size, highWatermark: size });
    counted.taken();
    for (const [time, offset] of [
      [2_000, 0],
      [3_001, 3_001],
      [3_999, 3_999],
    ] as const) {
      expect((await found(again.offsetForTimestamp(START + time)))?.offset).toBe(offset);
      const { reads, readBytes } = counted.taken();
      expect(reads).toBeLessThanOrEqual(6);
      expect(readBytes).toBeLessThanOrEqual(64 * 1024);
    }
    expect(await firstOffsetsRead(again, 2_345)).toEqual([2_345]);
    expect(counted.taken().readBytes).toBeLessThanOrEqual(32 * 1024);
    await again.close();
  });

  test('batches larger than what is read at once are hopped over', async () => {
    const log = await bed.open({ config: { indexIntervalBytes: 8 * 1024 * 1024 } });
    await write(
      log,
      Array.from({ length: 6 }, (_, index) => plain(index, 900_000)),
    );
    counted.taken();
    expect((await found(log.offsetForTimestamp(START + 4)))?.offset).toBe(4);
    // The one that is opened is read as a whole.
    expect(counted.taken().readBytes).toBeLessThanOrEqual(900_000 + 6 * 16 * 1024 + 1000);
    await log.close();
  });
});

function plain(time: number, valueBytes = 100): WrittenBatch {
  return { times: [time], valueBytes, compression: 'none', lie: 0 };
}

test('a batch that claims to be newer than all others hides none of them', async () => {
  const log = await bed.open({ config: CONFIG });
  const written: WrittenBatch[] = [
    plain(5),
    { ...plain(7), compression: 'gzip', lie: 100 },
    plain(9),
    plain(8),
  ];
  await write(log, written);
  expect(await found(log.offsetForTimestamp(START + 8))).toEqual({ offset: 2, timestamp: START + 9 });
  expect(await found(log.newestRecord())).toEqual({ offset: 2, timestamp: START + 9 });
  expect(await found(log.offsetForTimestamp(START + 10))).toBeUndefined();
  await log.close();
});

test('a closed segment in which a header lies is gone through once', async () => {
  const config = { ...CONFIG, segmentBytes: 200_000 };
  const liar = (time: number): WrittenBatch => ({ ...plain(time, 500), compression: 'lz4', lie: 10_000 });
  const log = await bed.open({ config });
  await write(
    log,
    Array.from({ length: 100 }, (_, index) => liar(index)),
  );
  const rolling: WrittenBatch = { ...plain(300, 1000), times: Array.from({ length: 190 }, () => 300) };
  await write(log, [rolling]);
  expect(bed.files().filter((name) => name.endsWith('.log')).length).toBe(2);
  counted.taken();
  expect((await found(log.newestRecord()))?.offset).toBe(100);
  expect(counted.taken().reads).toBeGreaterThan(100);
  for (const search of [() => log.newestRecord(), () => log.offsetForTimestamp(START + 150)]) {
    expect((await found(search()))?.offset).toBe(100);
    expect(counted.taken().reads).toBeLessThan(10);
  }
  await log.close();
});

test('records without a timestamp are found by none', async () => {
  const log = await bed.open({ config: CONFIG });
  const outcome = log.appendAsLeader(batchOf(['x'], { timestamp: -1 }), CLIENT);
  if (outcome.kind === 'appended') await outcome.completion;
  expect(await found(log.newestRecord())).toBeUndefined();
  expect(await found(log.offsetForTimestamp(0))).toBeUndefined();
  await log.close();
});
