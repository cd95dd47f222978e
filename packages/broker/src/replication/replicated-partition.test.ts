import { afterEach, expect, test, vi } from 'vitest';
import { batchOf, contentOf } from '../../test/log/log-bed.ts';
import { ReplicaCluster, type ReplicaNode } from '../../test/replication/replica-cluster.ts';
import { ErrorCode } from '../protocol/errors.ts';

let cluster: ReplicaCluster | null = null;
afterEach(async () => {
  await cluster?.stop();
  cluster = null;
});

async function started(size: number, minInSyncReplicas: number, maxLagMs?: number): Promise<ReplicaCluster> {
  cluster = await ReplicaCluster.start(size, minInSyncReplicas, maxLagMs);
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
  const three = await started(3, 2, 200);
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
