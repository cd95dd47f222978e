import fs from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hastyDisk } from '../../test/log/hasty-disk.ts';
import { LogBed } from '../../test/log/log-bed.ts';
import { buildTransactionMarker } from '../protocol/control-records.ts';
import {
  assignOffsets,
  batchesIn,
  isControlAt,
  isTransactionalAt,
  lastOffsetAt,
  producerIdAt,
  readBatchHeader,
} from '../protocol/record-batch.ts';
import { buildBatch, recordsBody, recordsIn } from '../protocol/records.ts';
import type { Compute } from '../runtime/compute.ts';
import { nodeCompute } from '../runtime/node-compute.ts';
import { IoThrottle } from './io-throttle.ts';
import type { PartitionLog } from './partition-log.ts';

let bed: LogBed;
let log: PartitionLog;
beforeEach(async () => {
  bed = new LogBed(hastyDisk);
  log = await opened(3000);
});

function opened(tailBytes: number): Promise<PartitionLog> {
  return bed.open({
    tailBytes,
    config: { cleanupPolicy: ['compact'], segmentBytes: 1500, indexIntervalBytes: 200, fileDeleteDelayMs: 0 },
  });
}
afterEach(async () => {
  await log.close();
  bed.remove();
});

async function append(batch: Uint8Array): Promise<void> {
  assignOffsets(batch, log.logEndOffset, 0);
  const taken = log.follower.append(batch);
  if (taken.kind === 'appended') await taken.completion;
  log.updateHighWatermark(log.logEndOffset);
}

/** A round of all keys, and the same in a transaction that is aborted. */
async function appendRound(round: number): Promise<void> {
  const timestamp = bed.clock.wallMs();
  const records = (value: string) =>
    ['a', 'b', 'c', 'd'].map((key) => ({
      key: Buffer.from(key),
      value: Buffer.from(value.padEnd(60)),
      timestamp,
    }));
  await append(buildBatch(records(`${round}`)));
  const producer = { producerId: 5, producerEpoch: 0 };
  await append(
    buildBatch(records('aborted'), { ...producer, baseSequence: round * 4, isTransactional: true }),
  );
  await append(buildTransactionMarker({ outcome: 'abort', ...producer, coordinatorEpoch: 0, timestamp }));
}

async function clean(compute: Compute = nodeCompute) {
  const range = await log.compaction.range(bed.clock.wallMs());
  if (range.cleanableBytes === 0) return null;
  const counts = await log.compaction.clean(range, {
    ...{ compute, mapBytes: 10_000, mapLoadFactor: 0.9, readBytes: 700, hashKey: new Uint8Array(16) },
    throttle: new IoThrottle(bed.clock, Number.MAX_VALUE),
  });
  if (counts !== null) log.compaction.cleanedTo = counts.endOffset;
  return counts;
}

async function batchesOf({ logEndOffset: upToOffset }: PartitionLog): Promise<Uint8Array[]> {
  const batches: Uint8Array[] = [];
  for (let fromOffset = 0; fromOffset < upToOffset; ) {
    const read = await log.read({ fromOffset, maxBytes: 10_000, upToOffset, minOneBatch: true });
    if (read.kind === 'refused') throw new Error(`refused at ${fromOffset}: ${read.errorCode}`);
    for (const part of read.parts) batches.push(...batchesIn(part.slice()));
    fromOffset = read.nextOffset;
  }
  return batches;
}

/** A reader of the committed from the beginning to the end, as a client and the fetch handler do it. */
async function readCommitted(): Promise<string[]> {
  const values: string[] = [];
  const upToOffset = log.lastStableOffset;
  for (let fromOffset = 0; fromOffset < upToOffset; ) {
    const { batches, aborted, nextOffset } = await log.steadily(async () => {
      const read = await log.read({ fromOffset, maxBytes: 400, upToOffset, minOneBatch: true });
      if (read.kind === 'refused') throw new Error(`refused at ${fromOffset}: ${read.errorCode}`);
      return {
        batches: read.parts.flatMap((part) => [...batchesIn(part.slice())]),
        aborted: await log.abortedTransactions(fromOffset, read.nextOffset),
        nextOffset: read.nextOffset,
      };
    });
    if (batches.length === 0) throw new Error(`nothing to read at ${fromOffset} of ${upToOffset}`);
    for (const batch of batches) {
      const isAborted = aborted.some(
        ({ producerId, firstOffset, lastOffset }) =>
          producerId === producerIdAt(batch) &&
          firstOffset <= lastOffsetAt(batch) &&
          lastOffsetAt(batch) < lastOffset,
      );
      if (isControlAt(batch) || (isTransactionalAt(batch) && isAborted)) continue;
      for (const { value } of recordsIn(batch, recordsBody(batch, 100_000)))
        values.push(`${Buffer.from(value ?? [])}`.trim());
    }
    fromOffset = nextOffset;
  }
  return values;
}

test('readers meanwhile get no error and nothing aborted, and none is set back', {
  timeout: 60_000,
}, async () => {
  let isDone = false;
  let reads = 0;
  const reader = async () => {
    while (!isDone) {
      const values = await readCommitted();
      expect(values).not.toContain('aborted');
      expect(values.map(Number)).toEqual(values.map(Number).toSorted((left, right) => left - right));
      const search = await log.offsetForTimestamp(bed.clock.wallMs());
      expect(search.kind).toBe('searched');
      reads++;
      await new Promise(setImmediate);
    }
  };
  const readers = [reader(), reader(), reader()];
  let cleanings = 0;
  for (let round = 0; round < 30; round++) {
    await appendRound(round);
    if (round % 4 === 3 && (await clean()) !== null) cleanings++;
    bed.clock.advance(1);
  }
  isDone = true;
  await Promise.all(readers);
  expect(cleanings).toBeGreaterThan(4);
  expect(reads).toBeGreaterThan(4);
  expect(bed.failures).toEqual([]);
});

async function allBatches(): Promise<Uint8Array[]> {
  const batches: Uint8Array[] = [];
  for (let fromOffset = log.logStartOffset; fromOffset < log.logEndOffset; ) {
    const upToOffset = log.logEndOffset;
    const read = await log.read({ fromOffset, maxBytes: 1000, upToOffset, minOneBatch: true });
    if (read.kind === 'refused') throw new Error('refused');
    batches.push(...read.parts.flatMap((part) => [...batchesIn(part.slice())]));
    fromOffset = read.nextOffset;
  }
  return batches;
}

/** The first cleaning takes aborted data away, the second one forgets that there was any. */
async function cleanTwice(): Promise<void> {
  expect(await clean()).not.toBe(null);
  for (let round = 100; round < 108; round++) await appendRound(round);
  expect(await clean()).not.toBe(null);
}

test('what was read before a swap is not told with what is known after it', async () => {
  for (let round = 0; round < 12; round++) await appendRound(round);
  let calls = 0;
  const { read, aborted } = await log.steadily(async () => {
    calls++;
    const found = await log.read({ fromOffset: 0, maxBytes: 2000, upToOffset: 24, minOneBatch: true });
    if (calls === 1) await cleanTwice();
    return { read: found, aborted: await log.abortedTransactions(0, 24) };
  });
  expect(calls).toBe(2);
  if (read.kind === 'refused') throw new Error('refused');
  // The data of the aborted transactions is gone, and so are they from the index.
  const batches = read.parts.flatMap((part) => [...batchesIn(part)]);
  expect(batches.filter((batch) => isTransactionalAt(batch) && !isControlAt(batch))).toEqual([]);
  expect(aborted).toEqual([]);
});

test('who comes while the segments change places waits for it', async () => {
  for (let round = 0; round < 12; round++) await appendRound(round);
  const renaming = Promise.withResolvers<void>();
  const mayRename = Promise.withResolvers<void>();
  const { rename } = hastyDisk;
  const held = new LogBed({
    ...hastyDisk,
    rename: async (from, to) => {
      if (from.endsWith('.log.swap')) {
        renaming.resolve();
        await mayRename.promise;
      }
      await rename(from, to);
    },
  });
  try {
    await log.close();
    fs.cpSync(bed.directory, held.directory, { recursive: true });
    const copied = await held.open({ isClean: true, config: log.config, highWatermark: 36 });
    log = copied;
    const cleaning = clean();
    await renaming.promise;
    const reading = readCommitted();
    const searching = log.offsetForTimestamp(1);
    mayRename.resolve();
    expect(await cleaning).not.toBe(null);
    expect(await reading).not.toContain('aborted');
    expect(await searching).toMatchObject({ kind: 'searched' });
    expect(held.failures).toEqual([]);
    await log.close();
  } finally {
    held.remove();
  }
});

test('the newest batches in memory are not told from before a cleaning', async () => {
  await log.close();
  log = await opened(1_000_000);
  for (let round = 0; round < 12; round++) await appendRound(round);
  expect(await readCommitted()).not.toContain('aborted');
  await cleanTwice();
  expect(await readCommitted()).not.toContain('aborted');
});

/** Holds the cleaning at its first job, until told to go on. */
function heldCompute(): { compute: Compute; asked: Promise<void>; goOn: () => void } {
  const asked = Promise.withResolvers<void>();
  const going = Promise.withResolvers<void>();
  const compute: Compute = {
    run: async (job, input) => {
      asked.resolve();
      await going.promise;
      return nodeCompute.run(job, input);
    },
  };
  return { compute, asked: asked.promise, goOn: going.resolve };
}

test('what is cut off meanwhile comes to nothing, and what comes in its place is dirty', async () => {
  for (let round = 0; round < 12; round++) await appendRound(round);
  log.compaction.cleanedTo = 100;
  const { compute, asked, goOn } = heldCompute();
  log.compaction.cleanedTo = 0;
  const cleaning = clean(compute);
  await asked;
  log.compaction.cleanedTo = 100;
  const cut = log.follower.truncateTo(27);
  goOn();
  expect(await cleaning).toBe(null);
  await cut;
  expect(log.compaction.cleanedTo).toBe(27);
  expect(bed.files().filter((name) => /cleaned|swap/.test(name))).toEqual([]);
  expect(await log.compaction.range(bed.clock.wallMs())).toMatchObject({ firstDirtyOffset: 27 });
});

test('segments that retention takes away meanwhile end the cleaning, and nothing is lost but them', async () => {
  for (let round = 0; round < 12; round++) await appendRound(round);
  const { compute, asked, goOn } = heldCompute();
  const cleaning = clean(compute);
  await asked;
  log.advanceLogStartOffset(27);
  expect(await log.applyRetention(bed.clock.wallMs())).toBeGreaterThan(0);
  goOn();
  expect(await cleaning).toBe(null);
  expect(log.logStartOffset).toBe(27);
  expect(log.isOffline).toBe(false);
  await clean();
  const read = await log.read({
    fromOffset: 27,
    maxBytes: 1000,
    upToOffset: log.logEndOffset,
    minOneBatch: true,
  });
  expect(read.kind).toBe('records');
});

test('a topic that is no longer compacted is no longer cleaned', async () => {
  for (let round = 0; round < 12; round++) await appendRound(round);
  const { compute, asked, goOn } = heldCompute();
  const cleaning = clean(compute);
  await asked;
  log.updateConfig({ ...log.config, cleanupPolicy: ['delete'] });
  goOn();
  expect(await cleaning).toBe(null);
});

test('of a producer’s last batch, and of the last one cleaned, the header stays when all records go', async () => {
  const producer = { producerId: 9, producerEpoch: 3, baseSequence: 40 };
  await append(
    buildBatch(
      [
        { key: Buffer.from('a'), value: null },
        { key: Buffer.from('b'), value: null },
      ],
      producer,
    ),
  );
  for (let round = 0; round < 12; round++) await appendRound(round);
  const { firstUncleanableOffset } = await log.compaction.range(bed.clock.wallMs());
  await clean();
  const headers = (await allBatches()).map((batch) => readBatchHeader(batch));
  expect(headers[0]).toMatchObject({ baseOffset: 0, lastOffsetDelta: 1, recordCount: 0, ...producer });
  const last = headers.find(
    ({ baseOffset, lastOffsetDelta }) => baseOffset + lastOffsetDelta + 1 === firstUncleanableOffset,
  );
  expect(last).toBeDefined();
  // Without them a replay would take a retry for a new batch, and find a gap.
  expect(headers.filter(({ recordCount }) => recordCount === 0).length).toBeLessThan(4);
});

test('batches of which nothing goes keep their bytes, and all files of the cleaned segment are there', async () => {
  const timestamp = bed.clock.wallMs();
  const kept = buildBatch([{ key: Buffer.from('once'), value: Buffer.from('v'), timestamp }], {
    compression: 'gzip',
  });
  await append(kept);
  for (let round = 0; round < 8; round++) await appendRound(round);
  await clean();
  const read = await log.read({
    fromOffset: 0,
    maxBytes: 1,
    upToOffset: log.logEndOffset,
    minOneBatch: true,
  });
  if (read.kind === 'refused') throw new Error('refused');
  expect(Buffer.concat([...read.parts])).toEqual(Buffer.from(kept));
  const zero = '0'.repeat(20);
  expect(bed.files()).toEqual(expect.arrayContaining([`${zero}.index`, `${zero}.log`, `${zero}.timeindex`]));
});

test('of an aborted transaction whose marker stays the index says that it was aborted, as in Kafka', async () => {
  for (let round = 0; round < 8; round++) await appendRound(round);
  const before = await log.abortedTransactions(0, log.logEndOffset);
  await clean();
  const cleaned = (await log.compaction.range(bed.clock.wallMs())).firstUncleanableOffset;
  const markers = (await batchesOf(log))
    .filter((batch) => isControlAt(batch))
    .map((marker) => lastOffsetAt(marker));
  const after = await log.abortedTransactions(0, log.logEndOffset);
  expect(before.filter(({ lastOffset }) => lastOffset < cleaned).length).toBeGreaterThan(3);
  expect(after).toEqual(before.filter(({ lastOffset }) => markers.includes(lastOffset)));
});
