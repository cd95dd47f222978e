import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { batchOf, contentOf, LogBed } from '../../test/log/log-bed.ts';
import { clusterWith, TOPIC_ID } from '../../test/metadata/three-brokers.ts';
import { unlimited } from '../../test/replication/asked-handlers.ts';
import { LeaderNode } from '../../test/replication/leader-node.ts';
import { SURROUNDINGS } from '../../test/replication/surroundings.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import { type MetadataImage, partitionOf } from '../metadata/metadata-image.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Clock } from '../runtime/clock.ts';
import { DiskError } from '../runtime/disk.ts';
import { silentLogger } from '../runtime/logger.ts';
import { nodeClock } from '../runtime/node-clock.ts';
import type { FollowedPartition } from './followed-partition.ts';
import { Partition } from './partition.ts';
import { ReplicaFetcher } from './replica-fetcher.ts';

const LEADER = 1;
const FOLLOWER = 2;

let leaderBed: LogBed;
let followerBed: LogBed;
let fetcher: ReplicaFetcher | null = null;

beforeEach(() => {
  leaderBed = new LogBed();
  followerBed = new LogBed();
});
afterEach(async () => {
  await fetcher?.close();
  fetcher = null;
  leaderBed.remove();
  followerBed.remove();
});

function imageAt(leaderEpoch: number): MetadataImage {
  return clusterWith({ partition: { replicas: [1, 2], isr: [1], leaderEpoch } });
}

async function leading(leaderEpoch: number): Promise<LeaderNode> {
  const image = imageAt(leaderEpoch);
  const partitionImage = partitionOf(image, 'orders', 0);
  if (partitionImage === undefined) throw new Error('no partition');
  const partition = new Partition({
    topic: 'orders',
    topicId: TOPIC_ID,
    partition: 0,
    nodeId: LEADER,
    log: await leaderBed.open(),
    image: partitionImage,
    minInSyncReplicas: 1,
    surroundings: SURROUNDINGS,
  });
  return new LeaderNode(partition, () => image);
}

/** A follower's copy over a real log. */
class Copy implements FollowedPartition {
  readonly topic = 'orders';
  readonly topicId = TOPIC_ID;
  readonly partition = 0;
  readonly log: PartitionLog;
  leaderEpoch: number;

  constructor(log: PartitionLog, leaderEpoch: number) {
    this.log = log;
    this.leaderEpoch = leaderEpoch;
  }

  get logStartOffset() {
    return this.log.logStartOffset;
  }
  get logEndOffset() {
    return this.log.logEndOffset;
  }
  get acknowledgedEndOffset() {
    return this.log.acknowledgedEndOffset;
  }
  get highWatermark() {
    return this.log.highWatermark;
  }
  get latestEpoch() {
    return this.log.latestEpoch;
  }
  onMoved(listener: () => void) {
    this.log.listen({ endMoved: listener, startMoved: () => {}, rolledBack: () => {}, damaged: () => {} });
  }
  endOffsetForEpoch(epoch: number) {
    return this.log.endOffsetForEpoch(epoch);
  }
  append(records: Uint8Array) {
    return this.log.follower.append(records);
  }
  truncateTo(offset: number) {
    return this.log.follower.truncateTo(offset);
  }
  startAt(offset: number) {
    return this.log.follower.startAt(offset);
  }
  tookOver({ highWatermark, logStartOffset }: { highWatermark: number; logStartOffset: number }) {
    this.log.updateHighWatermark(highWatermark);
    if (logStartOffset <= this.log.highWatermark) this.log.advanceLogStartOffset(logStartOffset);
  }
}

function fetcherFrom(
  leader: LeaderNode,
  { epoch = FOLLOWER, clock = nodeClock, backoffMs = 5 } = {},
): ReplicaFetcher {
  fetcher = new ReplicaFetcher({
    leaderId: LEADER,
    channel: leader,
    clock,
    logger: silentLogger,
    settings: {
      waitMaxMs: 20,
      minBytes: 1,
      maxBytes: 1024 * 1024,
      responseMaxBytes: 10 * 1024 * 1024,
      backoffMs,
      requestTimeoutMs: 5_000,
    },
    replicaId: FOLLOWER,
    replicaEpoch: () => epoch,
    quota: unlimited(),
  });
  return fetcher;
}

async function append(log: PartitionLog, leaderEpoch: number, ...texts: string[]): Promise<void> {
  for (const text of texts) await appendBatch(log, leaderEpoch, text);
}

async function appendBatch(log: PartitionLog, leaderEpoch: number, ...texts: string[]): Promise<void> {
  const outcome = log.appendAsLeader(batchOf(texts), { origin: 'client', leaderEpoch });
  if (outcome.kind === 'rejected') throw new Error(outcome.message);
  await outcome.completion;
}

function untilEqual(copy: Copy, leader: LeaderNode): Promise<void> {
  return vi.waitFor(async () => {
    expect(copy.logEndOffset).toBe(leader.partition.log.logEndOffset);
    expect(await contentOf(copy.log)).toEqual(await contentOf(leader.partition.log));
    expect(copy.highWatermark).toBe(leader.partition.highWatermark);
  });
}

describe('a fetcher', () => {
  test('lets its leader commit, and is taken in when it has caught up', async () => {
    const leader = await leading(0);
    const copy = new Copy(await followerBed.open(), 0);
    fetcherFrom(leader).follow(copy);
    await vi.waitFor(() => expect(leader.partition.isr).toEqual([LEADER, FOLLOWER]));
    const append = leader.partition.appendAsLeader(batchOf(['a']), { origin: 'client', requiredAcks: -1 });
    if (append.kind === 'rejected') throw new Error(append.message);
    expect(await append.done).toBe(ErrorCode.NONE);
    expect(copy.logEndOffset).toBe(1);
  });

  test('asks soon for what its leader does not know yet, and ever less often', async () => {
    const leader = await leading(0);
    const waits: number[] = [];
    let nowMs = 0;
    const clock: Clock = {
      ...nodeClock,
      monotonicMs: () => nowMs,
      after: (delayMs, task) => {
        waits.push(delayMs);
        return nodeClock.after(0, () => {
          nowMs += delayMs;
          task();
        });
      },
    };
    const copy = new Copy(await followerBed.open(), 1);
    fetcherFrom(leader, { clock, backoffMs: 100 }).follow(copy);
    await vi.waitFor(() => expect(waits.length).toBeGreaterThan(5));
    expect(waits.slice(0, 5)).toEqual([20, 40, 80, 100, 100]);
    const inEpochOne = partitionOf(imageAt(1), 'orders', 0);
    if (inEpochOne === undefined) throw new Error('no partition');
    leader.partition.onMetadata(inEpochOne, 1);
    await append(leader.partition.log, 1, 'a');
    await vi.waitFor(() => expect(copy.logEndOffset).toBe(1));
    waits.length = 0;
    leader.partition.retire();
    await vi.waitFor(() => expect(waits.length).toBeGreaterThan(1));
    expect(waits.slice(0, 2)).toEqual([20, 40]);
  });

  test('is refused when its broker has been registered anew', async () => {
    const leader = await leading(0);
    const copy = new Copy(await followerBed.open(), 0);
    fetcherFrom(leader, { epoch: FOLLOWER - 1 }).follow(copy);
    await append(leader.partition.log, 0, 'a');
    await vi.waitFor(() => expect(leader.fetches.length).toBeGreaterThan(3));
    expect([copy.logEndOffset, leader.partition.isr]).toEqual([0, [LEADER]]);
  });

  test('brings a copy to where the leader is, and keeps it there', async () => {
    const leader = await leading(0);
    await append(leader.partition.log, 0, 'a', 'b', 'c');
    const copy = new Copy(await followerBed.open(), 0);
    fetcherFrom(leader).follow(copy);
    await untilEqual(copy, leader);
    await append(leader.partition.log, 0, 'd', 'e');
    await untilEqual(copy, leader);
    expect(copy.latestEpoch).toBe(0);
  });

  test('names a partition only when its position has changed, and starts over when the session is lost', async () => {
    const leader = await leading(0);
    const copy = new Copy(await followerBed.open(), 0);
    fetcherFrom(leader).follow(copy);
    await vi.waitFor(() => expect(leader.fetches.length).toBeGreaterThan(3));
    expect(leader.fetches[0]).toEqual({ named: 1, forgotten: 0, sessionEpoch: 0 });
    expect(leader.fetches[2]).toEqual({ named: 0, forgotten: 0, sessionEpoch: 2 });
    leader.forgetSessions();
    await append(leader.partition.log, 0, 'a');
    await untilEqual(copy, leader);
    expect(leader.fetches.filter(({ sessionEpoch }) => sessionEpoch === 0).length).toBe(2);
  });

  test('goes on after the leader was silent', async () => {
    const leader = await leading(0);
    const copy = new Copy(await followerBed.open(), 0);
    leader.isSilent = true;
    fetcherFrom(leader).follow(copy);
    await append(leader.partition.log, 0, 'a');
    leader.isSilent = false;
    await untilEqual(copy, leader);
  });

  test('cuts off what was never the leader’s', async () => {
    const leader = await leading(2);
    await append(leader.partition.log, 0, 'a', 'b');
    await append(leader.partition.log, 2, 'c');
    const copy = new Copy(await followerBed.open(), 2);
    await append(copy.log, 0, 'a', 'b');
    await append(copy.log, 1, 'x', 'y', 'z');
    fetcherFrom(leader).follow(copy);
    await untilEqual(copy, leader);
    expect((await contentOf(copy.log)).map(([, text]) => text)).toEqual(['a', 'b', 'c']);
  });

  test('cuts it off when its disk, which was full, has space again', async () => {
    const leader = await leading(2);
    await append(leader.partition.log, 0, 'a', 'b');
    await append(leader.partition.log, 2, 'c');
    let attempts = 0;
    const log = await followerBed.open({
      config: { flushBeforeAck: true },
      lowerCheckpoints: async () => {
        attempts += 1;
        if (attempts <= 2) throw new DiskError('ENOSPC', followerBed.directory);
      },
    });
    const copy = new Copy(log, 2);
    // The leader has this epoch, too, and what it has of it looks like this copy's where that is cut.
    await append(copy.log, 0, 'a', 'b', 'x', 'y');
    fetcherFrom(leader).follow(copy);
    await untilEqual(copy, leader);
    expect([attempts, (await contentOf(copy.log)).map(([, text]) => text)]).toEqual([3, ['a', 'b', 'c']]);
    await vi.waitFor(() => expect(leader.partition.isr).toEqual([LEADER, FOLLOWER]));
  });

  test('counts for nothing while its end is not the leader’s', async () => {
    const leader = await leading(2);
    await append(leader.partition.log, 2, 'a');
    const copy = new Copy(await followerBed.open(), 2);
    await append(copy.log, 1, 'x', 'y');
    const asked = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    const cut = copy.truncateTo.bind(copy);
    copy.truncateTo = async (offset) => {
      asked.resolve();
      await held.promise;
      await cut(offset);
    };
    fetcherFrom(leader).follow(copy);
    await asked.promise;
    expect(leader.partition.isr).toEqual([LEADER]);
    held.resolve();
    await vi.waitFor(() => expect(leader.partition.isr).toEqual([LEADER, FOLLOWER]));
    await untilEqual(copy, leader);
  });

  test('begins anew where a leader’s log begins that has deleted what the copy lacks', async () => {
    const leader = await leading(0);
    await append(leader.partition.log, 0, 'a', 'b', 'c', 'd');
    leader.partition.deleteRecordsBefore(3);
    const copy = new Copy(await followerBed.open(), 0);
    await append(copy.log, 0, 'a');
    fetcherFrom(leader).follow(copy);
    await untilEqual(copy, leader);
    expect(copy.logStartOffset).toBe(3);
  });

  test('begins with all of a batch of which the leader has deleted some', async () => {
    const leader = await leading(0);
    await appendBatch(leader.partition.log, 0, 'a', 'b', 'c', 'd');
    leader.partition.deleteRecordsBefore(3);
    const copy = new Copy(await followerBed.open(), 0);
    fetcherFrom(leader).follow(copy);
    await vi.waitFor(() => expect(copy.logEndOffset).toBe(4));
    await vi.waitFor(() => expect(copy.logStartOffset).toBe(3));
  });

  test('deletes what the leader has deleted', async () => {
    const leader = await leading(0);
    await append(leader.partition.log, 0, 'a', 'b', 'c');
    const copy = new Copy(await followerBed.open(), 0);
    fetcherFrom(leader).follow(copy);
    await untilEqual(copy, leader);
    leader.partition.deleteRecordsBefore(2);
    await vi.waitFor(() => expect(copy.logStartOffset).toBe(2));
  });

  test('takes nothing of a later epoch than it follows', async () => {
    const leader = await leading(0);
    await append(leader.partition.log, 0, 'a');
    await append(leader.partition.log, 1, 'b');
    const copy = new Copy(await followerBed.open(), 0);
    fetcherFrom(leader).follow(copy);
    await vi.waitFor(() => expect(copy.logEndOffset).toBe(1));
    await vi.waitFor(() => expect(leader.fetches.length).toBeGreaterThan(4));
    expect(copy.logEndOffset).toBe(1);
  });

  test('waits for metadata when it is fenced, and goes on in the new epoch', async () => {
    const leader = await leading(5);
    await append(leader.partition.log, 5, 'a');
    const copy = new Copy(await followerBed.open(), 4);
    const following = fetcherFrom(leader);
    following.follow(copy);
    await vi.waitFor(() => expect(leader.fetches.length).toBe(1));
    copy.leaderEpoch = 5;
    following.follow(copy);
    await untilEqual(copy, leader);
  });

  test('lets go of a partition', async () => {
    const leader = await leading(0);
    const copy = new Copy(await followerBed.open(), 0);
    const following = fetcherFrom(leader);
    following.follow(copy);
    await vi.waitFor(() => expect(leader.fetches.length).toBeGreaterThan(2));
    following.unfollow(TOPIC_ID, 0);
    expect(following.isIdle).toBe(true);
    await append(leader.partition.log, 0, 'a');
    await following.close();
    expect(copy.logEndOffset).toBe(0);
  });
});
