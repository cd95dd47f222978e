import fs from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { interceptedDisk } from '../../test/log/intercepted-disk.ts';
import { batchOf, LogBed } from '../../test/log/log-bed.ts';
import { PRODUCER, TransactionScene } from '../../test/log/transaction-scene.ts';
import { SURROUNDINGS } from '../../test/replication/surroundings.ts';
import { segmentFile } from '../log/segment-files.ts';
import type { PartitionImage } from '../metadata/metadata-image.ts';
import { buildTransactionMarker } from '../protocol/control-records.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { buildBatch } from '../protocol/records.ts';
import { findOffset, Timestamp } from './offset-lookup.ts';
import { Partition } from './partition.ts';
import { readPartition } from './partition-read.ts';

const LEADER = 1;

let bed: LogBed;
const fenced = new Set<number>();
const surroundings = { ...SURROUNDINGS, activeEpochOf: (id: number) => (fenced.has(id) ? null : id) };
beforeEach(() => {
  bed = new LogBed();
  fenced.clear();
});
afterEach(() => bed.remove());

function imageOf(image: Partial<PartitionImage> = {}): PartitionImage {
  return {
    replicas: [LEADER],
    directories: [],
    isr: [LEADER],
    addingReplicas: [],
    removingReplicas: [],
    eligibleLeaderReplicas: [],
    lastKnownElr: [],
    leader: LEADER,
    leaderRecoveryState: 0,
    leaderEpoch: 5,
    partitionEpoch: 0,
    ...image,
  };
}

async function partitionWith(image: Partial<PartitionImage> = {}, minInSyncReplicas = 1): Promise<Partition> {
  return new Partition({
    topic: 'orders',
    topicId: 'oLIQyYhGQsiCoFcXtVXDSA',
    partition: 0,
    nodeId: LEADER,
    log: await bed.open(),
    image: imageOf(image),
    minInSyncReplicas,
    surroundings,
  });
}

function append(partition: Partition, requiredAcks: number): Promise<number> {
  const outcome = partition.appendAsLeader(batchOf(['a']), { origin: 'client', requiredAcks });
  return outcome.kind === 'queued' ? outcome.done : Promise.resolve(outcome.errorCode);
}

function fence(...brokerIds: number[]): void {
  for (const id of brokerIds) fenced.add(id);
}

/** The value if it is there by now. */
async function nowOr<Value>(promise: Promise<Value>, otherwise: Value): Promise<Value> {
  const soon = new Promise<Value>((resolve) => setImmediate(() => resolve(otherwise)));
  return Promise.race([promise, soon]);
}

describe('a partition with one replica', () => {
  it('commits what it has written', async () => {
    const partition = await partitionWith();
    expect(await append(partition, -1)).toBe(ErrorCode.NONE);
    expect([partition.highWatermark, partition.lastStableOffset, partition.log.logEndOffset]).toEqual([
      1, 1, 1,
    ]);
  });

  it('wakes a reader of committed transactions when one ends, and tells it where the records are that do not count', async () => {
    const partition = await partitionWith();
    const scene = new TransactionScene(partition.log);
    const woken: string[] = [];
    for (const isolation of ['last-stable-offset', 'high-watermark'] as const) {
      partition.watched(isolation).watch({ readableGrew: () => woken.push(isolation), disturbed() {} });
    }
    const verification = scene.ask(0);
    const begun = partition.appendAsLeader(scene.batch(0, 0), {
      ...{ origin: 'client', requiredAcks: -1 },
      verification: typeof verification === 'object' && verification !== null ? verification : undefined,
    });
    expect(begun.kind === 'queued' && (await begun.done)).toBe(ErrorCode.NONE);
    expect([partition.highWatermark, partition.lastStableOffset]).toEqual([1, 0]);
    const marker = { producerId: PRODUCER, producerEpoch: 0, coordinatorEpoch: 0, timestamp: 1 };
    const ended = partition.appendAsLeader(buildTransactionMarker({ ...marker, outcome: 'abort' }), {
      ...{ origin: 'coordinator', requiredAcks: -1 },
    });
    expect(ended.kind === 'queued' && (await ended.done)).toBe(ErrorCode.NONE);
    expect([partition.highWatermark, partition.lastStableOffset]).toEqual([2, 2]);
    expect(woken).toEqual(['high-watermark', 'high-watermark', 'last-stable-offset']);
    const read = await readPartition(partition, {
      ...{ fetchOffset: 0, currentLeaderEpoch: -1, lastFetchedEpoch: -1, isolation: 'last-stable-offset' },
      ...{ requireLeader: true, maxBytes: 1000, minOneBatch: true },
    });
    expect(read.abortedTransactions).toMatchObject([{ producerId: PRODUCER, firstOffset: 0, lastOffset: 1 }]);
  });

  it('tells those who watch how many bytes became readable', async () => {
    const partition = await partitionWith();
    const grown: number[] = [];
    const watch = { readableGrew: (bytes: number) => grown.push(bytes), disturbed: () => {} };
    partition.watched('high-watermark').watch(watch);
    await append(partition, -1);
    partition.watched('high-watermark').unwatch(watch);
    await append(partition, -1);
    expect(grown).toEqual([batchOf(['a']).length]);
    expect(partition.watched('high-watermark').mark().readableBytes).toBe(2 * batchOf(['a']).length);
  });

  it('does not ask for more in-sync replicas than there are', async () => {
    expect(await append(await partitionWith({}, 2), -1)).toBe(ErrorCode.NONE);
  });
});

describe('a partition with followers', () => {
  const three = { replicas: [1, 2, 3], isr: [1, 2, 3] };

  it('acknowledges acks=1 when it has written, and acks=-1 not before the followers have', async () => {
    const partition = await partitionWith(three);
    const all = append(partition, -1);
    expect(await append(partition, 1)).toBe(ErrorCode.NONE);
    expect(await nowOr(all, -99)).toBe(-99);
    expect(partition.highWatermark).toBe(0);
    // The followers leave the ISR: what the leader has is then committed.
    fence(2, 3);
    partition.onMetadata(imageOf({ ...three, isr: [1], partitionEpoch: 1 }), 1);
    expect(await all).toBe(ErrorCode.NONE);
    expect(partition.highWatermark).toBe(2);
  });

  it('refuses acks=-1 while fewer than min.insync.replicas are in sync', async () => {
    const partition = await partitionWith({ ...three, isr: [1] }, 2);
    expect(await append(partition, -1)).toBe(ErrorCode.NOT_ENOUGH_REPLICAS);
    expect(await append(partition, 1)).toBe(ErrorCode.NONE);
    expect(partition.highWatermark).toBe(0);
  });

  it('follows min.insync.replicas when it is changed', async () => {
    const partition = await partitionWith({ ...three, isr: [1] }, 2);
    partition.onMetadata(imageOf({ ...three, isr: [1] }), 1);
    expect(await append(partition, -1)).toBe(ErrorCode.NONE);
  });

  it('is catching up after a restart until the followers have what it has', async () => {
    const before = await partitionWith(three);
    await append(before, 1);
    await before.log.close();
    const after = await partitionWith({ ...three, leaderEpoch: 6 });
    expect([after.highWatermark, after.isCatchingUp]).toEqual([0, true]);
    fence(2, 3);
    after.onMetadata(imageOf({ ...three, leaderEpoch: 6, isr: [1], partitionEpoch: 1 }), 1);
    expect([after.highWatermark, after.isCatchingUp]).toEqual([1, false]);
  });

  it('tells whoever waits that the disk has failed', async () => {
    const partition = await partitionWith(three);
    const waiting = append(partition, -1);
    let disturbances = 0;
    partition.watched('high-watermark').watch({
      readableGrew() {},
      disturbed: () => {
        disturbances += 1;
      },
    });
    partition.onLogFailed();
    expect(await waiting).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
    expect(disturbances).toBe(1);
  });

  it('shows consumers only what is committed, and does not know "latest" before its epoch is', async () => {
    const partition = await partitionWith(three);
    await append(partition, 1);
    const asked = { fetchOffset: 0, currentLeaderEpoch: 5, lastFetchedEpoch: -1, requireLeader: true };
    const limits = { maxBytes: 1000, minOneBatch: true };
    const consumer = await readPartition(partition, { ...asked, ...limits, isolation: 'high-watermark' });
    expect([consumer.errorCode, consumer.sizeInBytes]).toEqual([ErrorCode.NONE, 0]);
    const follower = await readPartition(partition, { ...asked, ...limits, isolation: 'log-end' });
    expect(follower.sizeInBytes).toBe(batchOf(['a']).length);
    const latest = { timestamp: Timestamp.LATEST, currentLeaderEpoch: -1, requireLeader: true };
    expect(await findOffset(partition, { ...latest, isolation: 'high-watermark' })).toMatchObject({
      errorCode: ErrorCode.NONE,
      offset: 0,
    });
    partition.onMetadata(imageOf({ ...three, leaderEpoch: 6 }), 1);
    expect((await findOffset(partition, { ...latest, isolation: 'high-watermark' })).errorCode).toBe(
      ErrorCode.OFFSET_NOT_AVAILABLE,
    );
    expect((await findOffset(partition, { ...latest, isolation: 'log-end' })).offset).toBe(1);
  });

  it('knows its own epoch before its first record', async () => {
    const partition = await partitionWith(three);
    await append(partition, 1);
    expect(partition.log.leaderEpochs).toEqual([{ epoch: 5, startOffset: 0 }]);
    partition.onMetadata(imageOf({ ...three, leaderEpoch: 7, partitionEpoch: 1 }), 1);
    expect(partition.log.leaderEpochs).toEqual([
      { epoch: 5, startOffset: 0 },
      { epoch: 7, startOffset: 1 },
    ]);
    expect(partition.log.endOffsetForEpoch(6)).toEqual({ leaderEpoch: 5, endOffset: 1 });
  });

  it('begins its epoch behind what is on its way to the disk', async () => {
    const partition = await partitionWith(three);
    const written = append(partition, 1);
    partition.onMetadata(imageOf({ ...three, leaderEpoch: 7, partitionEpoch: 1 }), 1);
    await written;
    await append(partition, 1);
    expect(partition.log.leaderEpochs).toEqual([
      { epoch: 5, startOffset: 0 },
      { epoch: 7, startOffset: 1 },
    ]);
  });

  it('has deleted records when its followers have, and never when it leads no more', async () => {
    const partition = await partitionWith(three);
    await append(partition, 1);
    fence(2, 3);
    partition.onMetadata(imageOf({ ...three, isr: [1], partitionEpoch: 1 }), 1);
    fenced.clear();
    const deletion = partition.deleteRecordsBefore(1);
    if (deletion.kind === 'refused') throw new Error(`refused with ${deletion.errorCode}`);
    expect(partition.log.logStartOffset).toBe(1);
    expect(await nowOr(deletion.done, -99)).toBe(-99);
    partition.onMetadata(imageOf({ ...three, leader: 2, leaderEpoch: 6, partitionEpoch: 2 }), 1);
    expect(await deletion.done).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  });

  function fetched(partition: Partition, replicaId: number, fetchOffset: number, logStartOffset = 0): void {
    const fetch = { replicaId, brokerEpoch: replicaId, fetchOffset, logStartOffset, pulse: null };
    partition.followerFetched(fetch, 5);
  }

  it('commits what all in-sync replicas have fetched, and takes in who has caught up', async () => {
    const partition = await partitionWith({ ...three, isr: [1, 2] }, 2);
    const waiting = append(partition, -1);
    await append(partition, 1);
    expect([partition.highWatermark, await nowOr(waiting, -99)]).toEqual([0, -99]);
    fetched(partition, 2, 1);
    expect([partition.highWatermark, await waiting]).toEqual([1, ErrorCode.NONE]);
    fetched(partition, 3, 1);
    await vi.waitFor(() => expect(partition.isr).toEqual([1, 2, 3]));
    fetched(partition, 2, 2);
    expect(partition.highWatermark).toBe(1);
    fetched(partition, 3, 2);
    expect(partition.highWatermark).toBe(2);
  });

  it('takes no word of an epoch that is over', async () => {
    const partition = await partitionWith({ ...three, isr: [1, 2] });
    await append(partition, 1);
    partition.onMetadata(imageOf({ ...three, leaderEpoch: 6, partitionEpoch: 1 }), 1);
    fetched(partition, 2, 1);
    fetched(partition, 3, 1);
    expect(partition.highWatermark).toBe(0);
  });

  it('has deleted records when its followers say that they begin there', async () => {
    const partition = await partitionWith(three);
    await append(partition, 1);
    for (const id of [2, 3]) fetched(partition, id, 1);
    const deletion = partition.deleteRecordsBefore(-1);
    if (deletion.kind === 'refused') throw new Error(`refused with ${deletion.errorCode}`);
    fetched(partition, 2, 1, 1);
    expect([partition.lowWatermark, await nowOr(deletion.done, -99)]).toEqual([0, -99]);
    fetched(partition, 3, 1, 1);
    expect([partition.lowWatermark, await deletion.done]).toEqual([1, ErrorCode.NONE]);
  });

  it('wakes a follower by what is written, a consumer by what is committed', async () => {
    const partition = await partitionWith(three);
    const woken: string[] = [];
    for (const isolation of ['log-end', 'high-watermark'] as const) {
      partition.watched(isolation).watch({ readableGrew: () => woken.push(isolation), disturbed() {} });
    }
    await append(partition, 1);
    expect(woken).toEqual(['log-end']);
    for (const id of [2, 3]) fetched(partition, id, 1);
    expect(woken).toEqual(['log-end', 'high-watermark']);
  });

  it('fails those who wait when another leads, and takes nothing more', async () => {
    const partition = await partitionWith(three);
    const waiting = append(partition, -1);
    let disturbances = 0;
    partition.watched('high-watermark').watch({
      readableGrew() {},
      disturbed: () => {
        disturbances += 1;
      },
    });
    partition.onMetadata(imageOf({ ...three, leader: 2, leaderEpoch: 6 }), 1);
    expect(await waiting).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    expect(disturbances).toBe(1);
    expect(await append(partition, 1)).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  });
});

describe('the leader epoch of a request', () => {
  it('is fenced when it is old, unknown when it is new, and may be left out', async () => {
    const partition = await partitionWith();
    expect(partition.refusalOf(4, true)).toBe(ErrorCode.FENCED_LEADER_EPOCH);
    expect(partition.refusalOf(6, true)).toBe(ErrorCode.UNKNOWN_LEADER_EPOCH);
    expect(partition.refusalOf(5, true)).toBe(ErrorCode.NONE);
    expect(partition.refusalOf(-1, true)).toBe(ErrorCode.NONE);
  });

  it('does not help a replica that does not lead, unless any replica will do', async () => {
    const partition = await partitionWith({ leader: 2 });
    expect(partition.refusalOf(5, true)).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    expect(partition.refusalOf(5, false)).toBe(ErrorCode.NONE);
  });
});

describe('a partition that is given up', () => {
  it('answers whoever waits and serves nobody', async () => {
    const partition = await partitionWith({ replicas: [1, 2], isr: [1, 2] });
    const waiting = append(partition, -1);
    partition.retire();
    expect(await waiting).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    expect(partition.refusalOf(5, false)).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  });
});

describe('a reader of what is committed', () => {
  it('is out of range when retention takes away the segment that it has just read from', async () => {
    let whenAsked: (() => Promise<number>) | null = null;
    const own = new LogBed(
      interceptedDisk({
        open: async (path) => {
          if (whenAsked === null || !path.endsWith('.txnindex')) return;
          const task = whenAsked;
          whenAsked = null;
          await task();
        },
      }),
    );
    const producer = { producerId: 7, producerEpoch: 0, isTransactional: true, leaderEpoch: 0 };
    const data = batchOf(['aborted'], { ...producer, baseSequence: 0, baseOffset: 0 });
    const control = { key: Buffer.alloc(4), value: Buffer.alloc(6), timestamp: 1_700_000_000_000 };
    const marker = buildBatch([control], { ...producer, baseOffset: 1, isControl: true });
    fs.writeFileSync(segmentFile(own.directory, 0, '.log'), Buffer.concat([data, marker]));
    fs.writeFileSync(
      segmentFile(own.directory, 2, '.log'),
      batchOf(['later'], { baseOffset: 2, leaderEpoch: 0 }),
    );
    await (await own.open()).close();

    const log = await own.open({ isClean: true, highWatermark: 3, config: { retentionMs: 0 } });
    const unmoved = { image: imageOf(), minInSyncReplicas: 1, surroundings };
    const topic = { topic: 'orders', topicId: 'oLIQyYhGQsiCoFcXtVXDSA', partition: 0, nodeId: LEADER };
    const partition = new Partition({ ...topic, log, ...unmoved });
    const request = {
      ...{ fetchOffset: 0, maxBytes: 1000, minOneBatch: true, isolation: 'last-stable-offset' as const },
      ...{ currentLeaderEpoch: -1, lastFetchedEpoch: -1, requireLeader: true },
    };
    const read = await readPartition(partition, request);
    expect(read.abortedTransactions).toMatchObject([{ producerId: 7, firstOffset: 0 }]);
    await log.close();

    const again = await own.open({ isClean: true, highWatermark: 3, config: { retentionMs: 0 } });
    const reopened = new Partition({ ...topic, log: again, ...unmoved });
    whenAsked = () => again.applyRetention(Number.MAX_SAFE_INTEGER);
    expect((await readPartition(reopened, request)).errorCode).toBe(ErrorCode.OFFSET_OUT_OF_RANGE);
    await again.close();
    own.remove();
  });
});
