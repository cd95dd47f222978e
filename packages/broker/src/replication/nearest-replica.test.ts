import { afterEach, expect, test, vi } from 'vitest';
import { batchOf } from '../../test/log/log-bed.ts';
import {
  ReplicaCluster,
  type ReplicaClusterSettings,
  type ReplicaNode,
} from '../../test/replication/replica-cluster.ts';
import { ErrorCode } from '../protocol/errors.ts';

let cluster: ReplicaCluster | null = null;
afterEach(async () => {
  await cluster?.stop();
  cluster = null;
});

/** Three brokers in racks a, b and b, the first of which leads, and two records that all have. */
async function started(given: ReplicaClusterSettings = {}): Promise<ReplicaCluster> {
  const settings = { racks: ['a', 'b', 'b'], selector: 'rack-aware', ...given } as const;
  cluster = await ReplicaCluster.start(3, 2, settings);
  for (const text of ['x', 'y']) expect(await append(cluster.node(1), text)).toBe(ErrorCode.NONE);
  return cluster;
}

async function append(node: ReplicaNode, text: string): Promise<number> {
  const outcome = node.partition.appendAsLeader(batchOf([text]), { origin: 'client', requiredAcks: -1 });
  return outcome.kind === 'queued' ? outcome.done : outcome.errorCode;
}

test('a consumer is sent to the in-sync replica in its rack that has come the furthest, with no record', async () => {
  const three = await started();
  await vi.waitFor(async () => {
    const sent = await three.node(1).fetch({ fetchOffset: 0, rack: 'b' });
    expect(sent).toMatchObject({ errorCode: 0, highWatermark: 2, preferredReadReplica: 3 });
    expect(sent.records).toHaveLength(0);
  });
  three.node(3).isCutOff = true;
  three.change({ isr: [1, 2] });
  expect(await three.node(1).fetch({ fetchOffset: 2, rack: 'b' })).toMatchObject({ preferredReadReplica: 2 });
});

test.each([
  ['in no rack', { fetchOffset: 0 }],
  ['in the rack of the leader', { fetchOffset: 0, rack: 'a' }],
  ['in a rack without a replica', { fetchOffset: 0, rack: 'c' }],
])('a consumer %s reads from the leader', async (_, fetch) => {
  const three = await started();
  const read = await three.node(1).fetch(fetch);
  expect(read.preferredReadReplica).toBe(-1);
  expect(read.records?.length).toBeGreaterThan(0);
});

test('nobody is sent elsewhere unless replica.selector.class says so, nor to one that has not what is asked for', async () => {
  const plain = await started({ selector: 'leader' });
  expect((await plain.node(1).fetch({ fetchOffset: 0, rack: 'b' })).preferredReadReplica).toBe(-1);
  await plain.stop();
  const three = await started();
  for (const id of [2, 3]) three.node(id).isCutOff = true;
  const outcome = three
    .node(1)
    .partition.appendAsLeader(batchOf(['z']), { origin: 'client', requiredAcks: 1 });
  expect(outcome.kind === 'queued' && (await outcome.done)).toBe(ErrorCode.NONE);
  expect((await three.node(1).fetch({ fetchOffset: 3, rack: 'b' })).preferredReadReplica).toBe(-1);
});

test('a follower serves what is committed, and waits for more, which its leader tells it of at once', async () => {
  const three = await started({ waitMaxMs: 60_000 });
  const follower = three.node(2);
  await vi.waitFor(() => expect(follower.partition.highWatermark).toBe(2));
  expect((await follower.fetch({ fetchOffset: 0 })).records?.length).toBeGreaterThan(0);
  const waiting = follower.fetch({ fetchOffset: 2, maxWaitMs: 60_000 });
  expect(await append(three.node(1), 'z')).toBe(ErrorCode.NONE);
  const read = await waiting;
  expect(read).toMatchObject({ errorCode: ErrorCode.NONE, highWatermark: 3 });
  expect(read.records?.length).toBeGreaterThan(0);
});

test('what a follower has that is not committed yields nothing; what it has not is out of range; its epoch counts', async () => {
  const three = await started();
  const follower = three.node(2);
  await vi.waitFor(() => expect(follower.partition.highWatermark).toBe(2));
  three.node(3).isCutOff = true;
  void append(three.node(1), 'z');
  await vi.waitFor(() => expect(follower.partition.log.logEndOffset).toBe(3));
  const beyond = await follower.fetch({ fetchOffset: 2 });
  expect(beyond).toMatchObject({ errorCode: ErrorCode.NONE, highWatermark: 2 });
  expect(beyond.records).toHaveLength(0);
  expect(await follower.fetch({ fetchOffset: 3 })).toMatchObject({ errorCode: ErrorCode.NONE });
  expect(await follower.fetch({ fetchOffset: 4 })).toMatchObject({
    errorCode: ErrorCode.OFFSET_OUT_OF_RANGE,
  });
  expect(await follower.fetch({ fetchOffset: 0, leaderEpoch: 1 })).toMatchObject({
    errorCode: ErrorCode.UNKNOWN_LEADER_EPOCH,
  });
  three.change({ leader: 1 });
  expect(await follower.fetch({ fetchOffset: 0, leaderEpoch: 0 })).toMatchObject({
    errorCode: ErrorCode.FENCED_LEADER_EPOCH,
  });
});
