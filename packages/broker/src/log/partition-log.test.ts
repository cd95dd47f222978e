import fs from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { batchOf, contentOf, LogBed } from '../../test/log/log-bed.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { readBatchHeader, writeBatchHeader } from '../protocol/record-batch.ts';
import type { FoundRecord, RecordSearch } from './log-search.ts';
import type { PartitionLog } from './partition-log.ts';
import { segmentFile } from './segment-files.ts';

const CLIENT = { origin: 'client', leaderEpoch: 0 } as const;

let bed: LogBed;
beforeEach(() => {
  bed = new LogBed();
});
afterEach(() => bed.remove());

/** Appends and waits until it is written. */
async function append(log: PartitionLog, batch: Uint8Array, leaderEpoch = 0): Promise<number> {
  const outcome = log.appendAsLeader(batch, { origin: 'client', leaderEpoch });
  if (outcome.kind !== 'appended') throw new Error(JSON.stringify(outcome));
  expect(await outcome.completion).toBe(ErrorCode.NONE);
  return outcome.info.firstOffset;
}

test('offsets are assigned in the order of the appends, and shown when written', async () => {
  const log = await bed.open();
  const first = log.appendAsLeader(batchOf(['a', 'b']), CLIENT);
  const second = log.appendAsLeader(batchOf(['c']), CLIENT);
  expect(log.logEndOffset).toBe(0);
  if (first.kind !== 'appended' || second.kind !== 'appended') throw new Error('refused');
  expect([first.info.firstOffset, first.info.lastOffset, second.info.firstOffset]).toEqual([0, 1, 2]);
  await second.completion;
  expect(log.logEndOffset).toBe(3);
  expect(await contentOf(log)).toEqual([
    [0, 'a'],
    [1, 'b'],
    [2, 'c'],
  ]);
  await log.close();
});

test('a closed log is there again, and a clean start reads nothing through', async () => {
  const log = await bed.open({ config: { segmentBytes: 500, indexIntervalBytes: 100 } });
  for (let index = 0; index < 40; index++) await append(log, batchOf([`value ${index}`]), 3);
  await log.close();
  const again = await bed.open({ isClean: true });
  expect(again.logEndOffset).toBe(40);
  expect(again.latestEpoch).toBe(3);
  expect(again.recoveryPoint).toBe(40);
  expect((await contentOf(again)).length).toBe(40);
  expect(await append(again, batchOf(['after']))).toBe(40);
  await again.close();
});

test('the tail cache and the files give the same bytes', async () => {
  const log = await bed.open({ tailBytes: 1_000_000 });
  for (let index = 0; index < 100; index++) await append(log, batchOf([`${index}`, 'x'.repeat(index)]));
  const cached = await contentOf(log);
  await log.close();
  expect(await contentOf(await bed.open({ isClean: true }))).toEqual(cached);
});

test('a read gives whole batches up to its bounds, and one above its size when asked', async () => {
  const log = await bed.open();
  for (let index = 0; index < 4; index++) await append(log, batchOf([`${index}a`, `${index}b`]));
  const request = { fromOffset: 3, maxBytes: 100_000, upToOffset: 6, minOneBatch: false };
  expect(await log.read(request)).toMatchObject({ kind: 'records', nextOffset: 6 });
  expect(await log.read({ ...request, maxBytes: 10 })).toMatchObject({ parts: [], nextOffset: 3 });
  expect(await log.read({ ...request, maxBytes: 10, minOneBatch: true })).toMatchObject({ nextOffset: 4 });
  expect(await log.read({ ...request, upToOffset: 3, minOneBatch: true })).toMatchObject({ parts: [] });
  expect(await log.read({ ...request, fromOffset: 8 })).toMatchObject({ kind: 'records', parts: [] });
  expect(await log.read({ ...request, fromOffset: 9 })).toEqual({
    kind: 'refused',
    errorCode: ErrorCode.OFFSET_OUT_OF_RANGE,
  });
  await log.close();
});

test('a batch larger than one read is read whole', async () => {
  const log = await bed.open();
  const large = 'y'.repeat(300_000);
  await append(log, batchOf([large]));
  await append(log, batchOf(['small']));
  const read = await log.read({ fromOffset: 0, maxBytes: 1, upToOffset: 2, minOneBatch: true });
  expect(read).toMatchObject({ kind: 'records', nextOffset: 1 });
  expect(await contentOf(log)).toEqual([
    [0, large],
    [1, 'small'],
  ]);
  await log.close();
});

describe('segments', () => {
  test('are rolled by size, by the age of their records and by a full index', async () => {
    const log = await bed.open({ config: { segmentBytes: 300, segmentMs: 1000, segmentIndexBytes: 100 } });
    const logs = () => bed.files().filter((name) => name.endsWith('.log'));
    for (let index = 0; index < 6; index++) await append(log, batchOf(['x'.repeat(50)]));
    expect(logs().length).toBe(3);
    await append(log, batchOf(['late'], { timestamp: 1_700_000_001_001 }));
    expect(logs().length).toBe(4);
    await log.close();
    const again = await bed.open({ isClean: true, config: { indexIntervalBytes: 0, segmentIndexBytes: 24 } });
    for (let index = 0; index < 6; index++) {
      await append(again, batchOf(['x'], { timestamp: 1_700_000_001_002 + index }));
    }
    expect(logs().length).toBe(4 + 3);
    await again.close();
  });

  test('are deleted by age, later as files, and never the records above the high watermark', async () => {
    const log = await bed.open({ config: { segmentBytes: 200, retentionMs: 1000, fileDeleteDelayMs: 50 } });
    for (let index = 0; index < 5; index++) await append(log, batchOf(['x'.repeat(100)]));
    bed.clock.advance(2000);
    expect(await log.applyRetention(bed.clock.wallMs())).toBe(0);
    log.updateHighWatermark(3);
    expect(await log.applyRetention(bed.clock.wallMs())).toBe(3);
    expect(log.logStartOffset).toBe(3);
    expect(bed.files().filter((name) => name.endsWith('.log.deleted')).length).toBe(3);
    bed.clock.advance(50);
    await expect.poll(() => bed.files().filter((name) => name.endsWith('.deleted'))).toEqual([]);
    log.updateHighWatermark(5);
    expect(await log.applyRetention(bed.clock.wallMs())).toBe(2);
    expect([log.logStartOffset, log.logEndOffset]).toEqual([5, 5]);
    expect(await append(log, batchOf(['next']))).toBe(5);
    await log.close();
  });

  test('are rolled before an offset is too far from their first for an index', async () => {
    fs.writeFileSync(segmentFile(bed.directory, 0, '.log'), batchOf(['far'], { baseOffset: 2 ** 31 - 1 }));
    const log = await bed.open();
    expect(await append(log, batchOf(['farther']))).toBe(2 ** 31);
    expect(bed.files()).toContain('00000000002147483648.log');
    expect((await contentOf(log, 2 ** 31 - 1)).map(([offset]) => offset)).toEqual([2 ** 31 - 1, 2 ** 31]);
    await log.close();
  });

  test('are rolled earlier by a jitter of their own, so that logs do not roll together', async () => {
    const config = { segmentMs: 1000, segmentJitterMs: 1000 };
    const rolledAt = async (): Promise<number> => {
      const other = new LogBed();
      const log = await other.open({ config });
      for (let ms = 0; ; ms += 10) {
        await append(log, batchOf(['x'], { timestamp: 1_700_000_000_000 + ms }));
        if (other.files().filter((name) => name.endsWith('.log')).length < 2) continue;
        await log.close();
        other.remove();
        return ms;
      }
    };
    const times = [await rolledAt(), await rolledAt(), await rolledAt(), await rolledAt()];
    expect(Math.max(...times)).toBeLessThanOrEqual(1010);
    expect(new Set(times).size).toBeGreaterThan(1);
  });

  test('without timestamps are as old as their last write', async () => {
    const log = await bed.open({ config: { segmentBytes: 200, retentionMs: 1000 } });
    for (let index = 0; index < 2; index++) await append(log, batchOf(['x'.repeat(100)], { timestamp: -1 }));
    log.updateHighWatermark(2);
    bed.clock.advance(1000);
    expect(await log.applyRetention(bed.clock.wallMs())).toBe(0);
    bed.clock.advance(1);
    expect(await log.applyRetention(bed.clock.wallMs())).toBe(2);
    await log.close();
  });

  test('take their producer snapshots with them', async () => {
    const log = await bed.open({ config: { segmentBytes: 200, retentionMs: 0 } });
    for (let index = 0; index < 4; index++) await append(log, batchOf(['x'.repeat(100)]));
    const snapshots = () => bed.files().filter((name) => name.endsWith('.snapshot'));
    expect(snapshots().map((name) => Number(name.slice(0, 20)))).toEqual([1, 2, 3]);
    bed.clock.advance(1);
    log.updateHighWatermark(2);
    await log.applyRetention(bed.clock.wallMs());
    expect(snapshots().map((name) => Number(name.slice(0, 20)))).toEqual([2, 3]);
    await log.close();
  });

  test('of a log that was given up are left alone', async () => {
    const log = await bed.open({ config: { segmentBytes: 200, retentionMs: 0 } });
    for (let index = 0; index < 3; index++) await append(log, batchOf(['x'.repeat(100)]));
    bed.clock.advance(1);
    log.updateHighWatermark(3);
    const abandoned = log.abandon();
    const retained = log.applyRetention(bed.clock.wallMs());
    await abandoned;
    expect(await retained).toBe(0);
    expect(bed.files().filter((name) => name.endsWith('.log')).length).toBe(3);
    expect(bed.failures).toEqual([]);
  });

  test('that go while they are read leave the reader out of range, not the log offline', async () => {
    const written = await bed.open({ config: { segmentBytes: 200 } });
    for (let index = 0; index < 3; index++) await append(written, batchOf(['x'.repeat(100)]));
    await written.close();
    const log = await bed.open({ isClean: true, highWatermark: 3 });
    fs.renameSync(
      segmentFile(bed.directory, 0, '.log'),
      segmentFile(bed.directory, 0, '.log').concat('.deleted'),
    );
    const read = log.read({ fromOffset: 0, maxBytes: 1, upToOffset: 3, minOneBatch: true });
    log.advanceLogStartOffset(1);
    expect(await read).toEqual({ kind: 'refused', errorCode: ErrorCode.OFFSET_OUT_OF_RANGE });
    expect(log.isOffline).toBe(false);
    await log.close();
  });

  test('are deleted from the oldest until the log fits its size', async () => {
    const log = await bed.open({ config: { segmentBytes: 200, retentionMs: -1, retentionBytes: 400 } });
    for (let index = 0; index < 6; index++) await append(log, batchOf(['x'.repeat(100)]));
    log.updateHighWatermark(6);
    await log.applyRetention(bed.clock.wallMs());
    expect(log.sizeInBytes).toBeLessThan(400 + 200);
    expect(log.sizeInBytes).toBeGreaterThanOrEqual(400);
    await log.close();
  });

  test('below a log start offset that was moved are deleted whatever the retention', async () => {
    const log = await bed.open({
      config: { segmentBytes: 200, retentionMs: -1, cleanupPolicy: ['compact'] },
    });
    for (let index = 0; index < 5; index++) {
      const outcome = log.appendAsLeader(batchOf(['x'.repeat(100)]), {
        origin: 'coordinator',
        leaderEpoch: 0,
      });
      if (outcome.kind === 'appended') await outcome.completion;
    }
    log.updateHighWatermark(5);
    log.advanceLogStartOffset(2);
    expect(await log.read({ fromOffset: 1, maxBytes: 1, upToOffset: 5, minOneBatch: true })).toMatchObject({
      kind: 'refused',
    });
    expect(await log.applyRetention(bed.clock.wallMs())).toBe(2);
    expect(log.logStartOffset).toBe(2);
    await log.close();
  });
});

describe('a record is found by its time', () => {
  async function recordOf(search: Promise<RecordSearch>): Promise<FoundRecord | null> {
    const outcome = await search;
    if (outcome.kind === 'refused') throw new Error(`refused with ${outcome.errorCode}`);
    return outcome.record;
  }

  test('across segments and inside of a compressed batch', async () => {
    const log = await bed.open({ config: { segmentBytes: 400, indexIntervalBytes: 50 } });
    const start = 1_700_000_000_000;
    for (let index = 0; index < 30; index++) {
      const batch = batchOf([`${index}`, 'pad'.repeat(10)], {
        timestamp: start + index * 10,
        compression: index % 2 === 0 ? 'gzip' : 'none',
      });
      await append(log, batch, 7);
    }
    for (const index of [0, 1, 15, 28, 29]) {
      expect(await recordOf(log.offsetForTimestamp(start + index * 10 - 5))).toEqual({
        offset: index * 2,
        timestamp: start + index * 10,
        leaderEpoch: 7,
      });
    }
    expect(await recordOf(log.offsetForTimestamp(start + 291))).toBeNull();
    expect(await recordOf(log.newestRecord())).toMatchObject({ offset: 58, timestamp: start + 290 });
    await log.close();
  });

  test('as its whole batch when that cannot be opened', async () => {
    const log = await bed.open();
    const spoilt = batchOf(['a', 'b'], { compression: 'gzip' });
    spoilt.fill(0xff, 61);
    writeBatchHeader(spoilt, readBatchHeader(spoilt));
    await append(log, batchOf(['x'], { timestamp: 1 }), 4);
    await append(log, spoilt, 4);
    expect(await recordOf(log.offsetForTimestamp(2))).toEqual({
      offset: 1,
      timestamp: 1_700_000_000_000,
      leaderEpoch: 4,
    });
    await log.close();
  });

  test('also when times go backwards', async () => {
    const log = await bed.open();
    const start = 1_700_000_000_000;
    for (const delta of [5, 9, 2, 9, 1]) await append(log, batchOf(['x'], { timestamp: start + delta }));
    expect(await recordOf(log.offsetForTimestamp(start + 6))).toMatchObject({ offset: 1 });
    expect(await recordOf(log.newestRecord())).toMatchObject({ offset: 1, timestamp: start + 9 });
    await log.close();
  });
});

describe('after a crash', () => {
  test('a torn tail is cut off, and the rest is all there', async () => {
    const log = await bed.open({ config: { segmentBytes: 1000 } });
    for (let index = 0; index < 30; index++) await append(log, batchOf([`${index}`.repeat(20)]));
    await log.flush();
    const last = bed
      .files()
      .filter((name) => name.endsWith('.log'))
      .at(-1);
    fs.appendFileSync(`${bed.directory}/${last}`, batchOf(['torn'], { baseOffset: 30 }).subarray(0, 65));
    const again = await bed.open({ recoveryPoint: 10 });
    expect(again.logEndOffset).toBe(30);
    expect((await contentOf(again)).length).toBe(30);
    expect(await append(again, batchOf(['next']))).toBe(30);
    await again.close();
  });

  test('a damaged batch above the recovery point ends the log, and later segments are removed', async () => {
    const log = await bed.open({ config: { segmentBytes: 300 } });
    for (let index = 0; index < 12; index++) await append(log, batchOf([`${index}`.padEnd(60)]), index);
    const logs = bed.files().filter((name) => name.endsWith('.log'));
    const damaged = `${bed.directory}/${logs[2]}`;
    const bytes = fs.readFileSync(damaged);
    bytes[bytes.length - 5] = 0xff;
    fs.writeFileSync(damaged, bytes);
    const again = await bed.open();
    expect(again.logEndOffset).toBe(5);
    expect(again.latestEpoch).toBe(4);
    expect(bed.files().filter((name) => name.endsWith('.log'))).toEqual(logs.slice(0, 3));
    await again.close();
  });

  test('missing indexes of flushed segments are built anew when they are needed', async () => {
    const log = await bed.open({ config: { segmentBytes: 300, indexIntervalBytes: 50 } });
    for (let index = 0; index < 12; index++) await append(log, batchOf([`${index}`.padEnd(60)]));
    await log.close();
    for (const name of bed
      .files()
      .filter((name) => name.endsWith('index'))
      .slice(0, 2)) {
      fs.rmSync(`${bed.directory}/${name}`);
    }
    const again = await bed.open({ isClean: true });
    expect((await contentOf(again)).length).toBe(12);
    await again.close();
  });

  test('leader epochs are read from the batches again', async () => {
    const log = await bed.open();
    for (const epoch of [2, 2, 5]) await append(log, batchOf(['x']), epoch);
    const again = await bed.open();
    expect(again.latestEpoch).toBe(5);
    expect(again.endOffsetForEpoch(3)).toEqual({ leaderEpoch: 2, endOffset: 2 });
    expect([again.epochForOffset(1), again.epochForOffset(2)]).toEqual([2, 5]);
    await again.close();
  });

  test('a batch with offsets that were there already ends the log', async () => {
    const twice = [batchOf(['a'], { leaderEpoch: 0 }), batchOf(['b'], { leaderEpoch: 0 })];
    fs.writeFileSync(segmentFile(bed.directory, 0, '.log'), Buffer.concat(twice));
    const log = await bed.open();
    expect(await contentOf(log)).toEqual([[0, 'a']]);
    await log.close();
  });

  test('a damaged producer snapshot is passed over for more of the log', async () => {
    const producer = (baseSequence: number) =>
      batchOf(['x'], { producerId: 9, producerEpoch: 0, baseSequence });
    const log = await bed.open();
    for (let index = 0; index < 3; index++) await append(log, producer(index));
    await log.close();
    const snapshot = segmentFile(bed.directory, 3, '.snapshot');
    for (const damage of [
      Buffer.alloc(0),
      Buffer.from([0, 1, 0, 0, 0, 0, 0, 0, 0, 1]),
      Buffer.alloc(60, 1),
    ]) {
      fs.writeFileSync(snapshot, damage);
      const again = await bed.open({ isClean: true });
      expect(again.appendAsLeader(producer(2), CLIENT)).toMatchObject({
        kind: 'duplicate',
        info: { firstOffset: 2 },
      });
      await again.close();
    }
  });

  test('a log start offset behind the end begins an empty log there', async () => {
    const log = await bed.open();
    await append(log, batchOf(['a']));
    const again = await bed.open({ logStartOffset: 10 });
    expect([again.logStartOffset, again.logEndOffset]).toEqual([10, 10]);
    expect(await append(again, batchOf(['b']))).toBe(10);
    await again.close();
  });
});

describe('an idempotent producer', () => {
  const from = (baseSequence: number, texts: string[], producerEpoch = 0) =>
    batchOf(texts, { producerId: 5, producerEpoch, baseSequence });

  test('gets the offsets of the original for a repetition, also while that is in flight', async () => {
    const log = await bed.open();
    const original = log.appendAsLeader(from(0, ['a', 'b']), CLIENT);
    const repeated = log.appendAsLeader(from(0, ['a', 'b']), CLIENT);
    if (original.kind !== 'appended' || repeated.kind !== 'duplicate') throw new Error(repeated.kind);
    expect(repeated.info).toMatchObject({ firstOffset: 0, lastOffset: 1 });
    expect(repeated.completion).toBe(original.completion);
    await original.completion;
    for (let index = 0; index < 4; index++) await append(log, from(2 + index, ['c']));
    expect(log.appendAsLeader(from(0, ['a', 'b']), CLIENT).kind).toBe('duplicate');
    await append(log, from(6, ['d']));
    expect(log.appendAsLeader(from(0, ['a', 'b']), CLIENT)).toMatchObject({
      kind: 'rejected',
      errorCode: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
    });
    expect(log.logEndOffset).toBe(7);
    await log.close();
  });

  test('is held to its sequence and its newest epoch', async () => {
    const log = await bed.open();
    await append(log, from(7, ['any first sequence']));
    const refusals = [from(9, ['gap']), from(1, ['new epoch'], 1)];
    for (const batch of refusals) {
      expect(log.appendAsLeader(batch, CLIENT)).toMatchObject({
        errorCode: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
      });
    }
    await append(log, from(0, ['new epoch'], 1));
    expect(log.appendAsLeader(from(8, ['old epoch'], 0), CLIENT)).toMatchObject({
      errorCode: ErrorCode.INVALID_PRODUCER_EPOCH,
    });
    await log.close();
  });

  test('may go on from sequence 2^31−1 with 0, also within a batch', async () => {
    const log = await bed.open();
    await append(log, from(2 ** 31 - 2, ['a', 'b', 'c']));
    expect(log.appendAsLeader(from(2 ** 31 - 2, ['a', 'b', 'c']), CLIENT).kind).toBe('duplicate');
    await append(log, from(1, ['d']));
    await log.close();
  });

  test('is remembered over a clean stop and over a crash, until it expires', async () => {
    const log = await bed.open({ config: { segmentBytes: 200 } });
    for (let index = 0; index < 5; index++) await append(log, from(index, ['x'.repeat(50)]));
    const crashed = await bed.open({ config: { segmentBytes: 200 } });
    expect(crashed.appendAsLeader(from(4, ['x'.repeat(50)]), CLIENT)).toMatchObject({
      kind: 'duplicate',
      info: { firstOffset: 4 },
    });
    await crashed.close();
    const clean = await bed.open({ isClean: true });
    expect(clean.appendAsLeader(from(4, ['x'.repeat(50)]), CLIENT).kind).toBe('duplicate');
    bed.clock.advance(1000);
    clean.removeExpiredProducers(1000);
    await append(clean, from(77, ['forgotten']));
    await clean.close();
  });
});
