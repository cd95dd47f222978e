import { afterEach, describe, expect, test, vi } from 'vitest';
import { batchOf, contentOf } from '../../test/log/log-bed.ts';
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

async function started(
  size: number,
  minInSyncReplicas: number,
  given: ReplicaClusterSettings = {},
): Promise<ReplicaCluster> {
  cluster = await ReplicaCluster.start(size, minInSyncReplicas, given);
  return cluster;
}

async function append(node: ReplicaNode, text: string, requiredAcks = -1): Promise<number> {
  const outcome = node.partition.appendAsLeader(batchOf([text]), { origin: 'client', requiredAcks });
  return outcome.kind === 'queued' ? outcome.done : outcome.errorCode;
}

async function texts(node: ReplicaNode): Promise<string[]> {
  return (await contentOf(node.partition.log)).map(([, text]) => text);
}

/** All replicas have what the leader has, and know it to be committed. */
async function untilEqual({ nodes, leader }: ReplicaCluster): Promise<void> {
  await vi.waitFor(
    async () => {
      for (const node of nodes) {
        expect(await texts(node)).toEqual(await texts(leader));
        expect(node.partition.log.leaderEpochs).toEqual(leader.partition.log.leaderEpochs);
        expect(node.partition.highWatermark).toBe(leader.partition.log.logEndOffset);
      }
    },
    { timeout: 5000 },
  );
}

test('acks=all means that every in-sync replica has it', async () => {
  const three = await started(3, 2);
  expect(await append(three.leader, 'a')).toBe(ErrorCode.NONE);
  for (const node of three.nodes) expect(await texts(node)).toEqual(['a']);
  await untilEqual(three);
});

test('a new leader goes on where the old one was, and the old one follows', async () => {
  const three = await started(3, 2);
  await append(three.leader, 'a');
  three.change({ leader: 2 });
  expect(await append(three.node(1), 'x')).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  expect(await append(three.node(2), 'b')).toBe(ErrorCode.NONE);
  await untilEqual(three);
  expect(await texts(three.node(1))).toEqual(['a', 'b']);
});

test('what an old leader alone had is cut off', async () => {
  const three = await started(3, 2);
  await append(three.leader, 'a');
  three.node(1).isCutOff = true;
  for (const text of ['x', 'y', 'z']) await append(three.node(1), text, 1);
  expect(await texts(three.node(1))).toEqual(['a', 'x', 'y', 'z']);
  three.change({ leader: 2, isr: [2, 3] });
  expect(await append(three.node(2), 'b')).toBe(ErrorCode.NONE);
  three.node(1).isCutOff = false;
  await untilEqual(three);
  expect(await texts(three.node(1))).toEqual(['a', 'b']);
  await vi.waitFor(() => expect([...three.state.isr].sort()).toEqual([1, 2, 3]));
  three.change({ leader: 1 });
  expect(await append(three.node(1), 'c')).toBe(ErrorCode.NONE);
  await untilEqual(three);
});

test('a follower that is silent leaves the in-sync replicas, and comes back when it has caught up', async () => {
  const three = await started(3, 2, { maxLagMs: 200 });
  await append(three.leader, 'a');
  three.node(3).isCutOff = true;
  expect(await append(three.leader, 'b')).toBe(ErrorCode.NONE);
  expect(three.state.isr).toEqual([1, 2]);
  three.node(3).isCutOff = false;
  await vi.waitFor(() => expect(three.state.isr).toEqual([1, 2, 3]));
  await untilEqual(three);
});

test('a leader that is elected while its log is being cut off leads when that is done', async () => {
  const two = await started(2, 1);
  await append(two.leader, 'a');
  two.node(1).isCutOff = true;
  for (const text of ['x', 'y']) await append(two.node(1), text, 1);
  two.change({ leader: 2, isr: [2] });
  await append(two.node(2), 'b');
  const { log } = two.node(1).partition;
  const cut = log.follower.truncateTo(1);
  two.change({ leader: 1, isr: [1] });
  expect(await append(two.node(1), 'refused')).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  await cut;
  two.node(1).isCutOff = false;
  await vi.waitFor(async () => expect(await append(two.node(1), 'c')).toBe(ErrorCode.NONE));
  await untilEqual(two);
  expect(await texts(two.node(2))).toEqual(['a', 'c']);
});

test('under load and changing leaders nothing is lost that was acknowledged by all', async () => {
  const three = await started(3, 2);
  const acknowledged: string[] = [];
  let isLoading = true;
  const clients = [0, 1, 2, 3].map(async (client) => {
    for (let count = 0; isLoading; count++) {
      const text = `${client}-${count}`;
      if ((await append(three.leader, text)) === ErrorCode.NONE) acknowledged.push(text);
      else await new Promise((resolve) => setImmediate(resolve));
    }
  });
  try {
    for (let round = 0; round < 12; round++) {
      const before = acknowledged.length;
      await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(before + 20), { timeout: 10_000 });
      const old = three.leader;
      const others = three.state.isr.filter((id) => id !== old.id);
      // Every other leader has gone silent first, with what nobody else has.
      old.isCutOff = round % 2 === 0 && others.length > 1;
      if (old.isCutOff) await append(old, `lost-${round}`, 1);
      const next = others[round % others.length] ?? old.id;
      three.change({ leader: next, ...(old.isCutOff && { isr: others }) });
      const revived = vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(before + 25));
      await revived.finally(() => {
        old.isCutOff = false;
      });
      await vi.waitFor(() => expect(three.state.isr.length).toBe(3), { timeout: 10_000 });
    }
  } finally {
    isLoading = false;
  }
  await Promise.all(clients);
  // The followers hear of the last epoch by its first record.
  await append(three.leader, 'the end');
  await untilEqual(three);
  const kept = new Set(await texts(three.leader));
  expect(acknowledged.filter((text) => !kept.has(text))).toEqual([]);
});

/** More records than the rates below let through in a window, some 400 bytes each. */
async function appendMany(node: ReplicaNode, count: number): Promise<void> {
  for (let index = 0; index < count; index++) await append(node, `${index}`.padEnd(400, 'x'), 1);
}

describe('a throttle', () => {
  const rate = (name: string, bytes: number) => ({
    kind: 'config' as const,
    value: { resourceType: 4, resourceName: '', name, value: `${bytes}` },
  });
  const throttled = (name: string, value: string) => ({
    kind: 'config' as const,
    value: { resourceType: 2, resourceName: 'orders', name, value },
  });

  test.each([
    ['leader', [throttled('leader.replication.throttled.replicas', '0:1')]],
    ['follower', [throttled('follower.replication.throttled.replicas', '0:3')]],
  ])('of the %s holds back who is not in sync, and is lifted at run time', async (side, replicas) => {
    const brokerConfigs = { 'replication.quota.window.num': '1' };
    const three = await started(3, 2, { maxLagMs: 100, brokerConfigs });
    three.node(3).isCutOff = true;
    three.change({ isr: [1, 2] });
    three.publish([...replicas, rate(`${side}.replication.throttled.rate`, 1)]);
    await appendMany(three.leader, 30);
    // Who is in sync is not held back, though it counts where all of the topic is throttled.
    await vi.waitFor(() => expect(three.leader.partition.highWatermark).toBe(30));
    three.node(3).isCutOff = false;
    await vi.waitFor(() => expect(three.node(3).partition.log.logEndOffset).toBeGreaterThan(0));
    const quota = side === 'leader' ? three.node(1).quotas.leader : three.node(3).quotas.follower;
    await vi.waitFor(() => expect(quota.isExceeded).toBe(true));
    const { logEndOffset } = three.node(3).partition.log;
    expect(logEndOffset).toBeLessThan(30);
    expect(three.state.isr).toEqual([1, 2]);
    three.publish([rate(`${side}.replication.throttled.rate`, 1_000_000_000)]);
    await untilEqual(three);
    await vi.waitFor(() => expect(three.state.isr).toEqual([1, 2, 3]));
  });

  test('that is not meant for a replica does not hold it back', async () => {
    const three = await started(3, 2);
    three.node(3).isCutOff = true;
    three.change({ isr: [1, 2] });
    three.publish([
      throttled('leader.replication.throttled.replicas', '1:1,0:2'),
      throttled('follower.replication.throttled.replicas', '0:2'),
      rate('leader.replication.throttled.rate', 1),
      rate('follower.replication.throttled.rate', 1),
    ]);
    await appendMany(three.leader, 30);
    three.node(3).isCutOff = false;
    await untilEqual(three);
  });
});

test('followers learn where the leader’s log begins, by a deletion or by retention', async () => {
  const three = await started(3, 2);
  for (const text of ['a', 'b', 'c']) await append(three.leader, text);
  const deletion = three.leader.partition.deleteRecordsBefore(2);
  expect(deletion.kind === 'deleting' && (await deletion.done)).toBe(ErrorCode.NONE);
  for (const { partition } of three.nodes) expect(partition.log.logStartOffset).toBe(2);
  expect(three.leader.partition.lowWatermark).toBe(2);
  three.leader.partition.log.advanceLogStartOffset(3);
  await vi.waitFor(() => {
    for (const { partition } of three.nodes) expect(partition.log.logStartOffset).toBe(3);
  });
});

test('a deletion waits for a follower that lives and does not fetch, and ends with the leadership', async () => {
  const three = await started(3, 2);
  for (const text of ['a', 'b', 'c']) await append(three.leader, text);
  three.node(3).isCutOff = true;
  const deletion = three.leader.partition.deleteRecordsBefore(2);
  await vi.waitFor(() => expect(three.node(2).partition.log.logStartOffset).toBe(2));
  expect(three.leader.partition.lowWatermark).toBe(0);
  three.change({ leader: 2 });
  expect(deletion.kind === 'deleting' && (await deletion.done)).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
});

test('what waits for in-sync replicas waits on while too few are left, and fails when leadership is lost', async () => {
  const three = await started(3, 3, { maxLagMs: 100 });
  await append(three.leader, 'a');
  three.node(3).isCutOff = true;
  const waiting = append(three.leader, 'b');
  await vi.waitFor(() => expect(three.state.isr).toEqual([1, 2]));
  expect(await append(three.leader, 'c')).toBe(ErrorCode.NOT_ENOUGH_REPLICAS);
  expect(await append(three.leader, 'd', 1)).toBe(ErrorCode.NONE);
  await vi.waitFor(() => expect(three.node(2).partition.log.logEndOffset).toBe(3));
  expect(three.leader.partition.highWatermark).toBe(1);
  three.change({ leader: 2 });
  expect(await waiting).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  three.node(3).isCutOff = false;
  await vi.waitFor(() => expect(three.state.isr).toEqual([1, 2, 3]));
  expect(await append(three.leader, 'e')).toBe(ErrorCode.NONE);
  await untilEqual(three);
  expect(await texts(three.node(3))).toEqual(['a', 'b', 'd', 'e']);
});

test.each([1, 2])(
  'a follower that waits is there at once when its leader begins to lead, be broker %i late to hear',
  async (late) => {
    const two = await started(2, 2, { waitMaxMs: 60_000 });
    expect(await append(two.leader, 'a')).toBe(ErrorCode.NONE);
    for (const { replicas, sessions } of two.nodes) replicas.whenLed(() => sessions.expectFollowers());
    two.node(late).holdMetadata();
    two.addPartitionLedBy(1, 1);
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    two.node(late).learnHeld();
    await two.node(1).replicas.settled();
    const added = two.node(1).replicas.get('orders', 1);
    const outcome = added?.appendAsLeader(batchOf(['b']), { origin: 'client', requiredAcks: -1 });
    expect(outcome?.kind === 'queued' && (await outcome.done)).toBe(ErrorCode.NONE);
  },
);
