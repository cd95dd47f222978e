import { afterEach, beforeEach, expect, test } from 'vitest';
import { ErrorCode } from '../../src/protocol/errors.ts';
import { deleteTopicsRequest } from '../../src/protocol/messages/delete-topics-request.ts';
import { deleteTopicsResponse } from '../../src/protocol/messages/delete-topics-response.ts';
import { incrementalAlterConfigsRequest } from '../../src/protocol/messages/incremental-alter-configs-request.ts';
import { incrementalAlterConfigsResponse } from '../../src/protocol/messages/incremental-alter-configs-response.ts';
import { offsetCommitRequest } from '../../src/protocol/messages/offset-commit-request.ts';
import { offsetCommitResponse } from '../../src/protocol/messages/offset-commit-response.ts';
import { BrokerCluster, until } from './broker-cluster.ts';
import { GroupAsker, type Member } from './group-asker.ts';

/** Of a resource whose configs are changed. */
const TOPIC = 2;

let cluster: BrokerCluster;
beforeEach(async () => {
  cluster = new BrokerCluster({ 'offsets.topic.num.partitions': '2' });
  await cluster.start(3);
  await cluster.createTopic('orders');
});
afterEach(() => cluster.close());

async function killCoordinator(group: GroupAsker): Promise<number> {
  const id = await group.coordinatorId();
  await cluster.kill(id);
  return id;
}

/** A group of one member that is assigned something. */
async function oneMember(group: GroupAsker): Promise<Member> {
  const { generationId, memberId } = await group.join('');
  await group.sync({ generationId, memberId }, { [memberId]: 'assigned' });
  return { generationId, memberId };
}

test('another broker goes on with a group whose coordinator is killed', async () => {
  const group = new GroupAsker(cluster, 'g');
  const member = await oneMember(group);
  expect(await group.commit('orders', 17, member)).toBe(ErrorCode.NONE);
  const killed = await killCoordinator(group);
  expect(await group.heartbeat(member)).toBe(ErrorCode.NONE);
  expect(await group.coordinatorId()).not.toBe(killed);
  expect(await group.committed('orders')).toBe(17);
  expect(await group.commit('orders', 18, member)).toBe(ErrorCode.NONE);
  const synced = await group.sync(member);
  expect(Buffer.from(synced.assignment).toString()).toBe('assigned');
  const stranger = { ...member, memberId: 'stranger' };
  expect(await group.heartbeat(stranger)).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  expect(await group.heartbeat({ ...member, generationId: member.generationId - 1 })).toBe(
    ErrorCode.ILLEGAL_GENERATION,
  );
});

test('what was committed is never less at any later look, while coordinators are killed and come back', async () => {
  const writer = new GroupAsker(cluster, 'g');
  let acknowledged = 0;
  let isOver = false;
  const writing = (async () => {
    for (let offset = 1; !isOver; offset += 1) {
      expect(await writer.commit('orders', offset)).toBe(ErrorCode.NONE);
      acknowledged = offset;
    }
  })();
  let looks = 0;
  const looking = [false, true].map(async (requireStable) => {
    const reader = new GroupAsker(cluster, 'g');
    let seen = 0;
    while (!isOver) {
      const least = Math.max(seen, acknowledged);
      const found = (await reader.committed('orders', requireStable)) ?? -1;
      if (found < least && least > 0) throw new Error(`${found} after ${least}, stable ${requireStable}`);
      seen = found;
      looks += 1;
    }
  });
  const overall = Promise.all([writing, ...looking]);
  for (let kills = 0; kills < 3; kills += 1) {
    const before = acknowledged;
    await Promise.race([overall, until('commits', async () => acknowledged > before + 20)]);
    const killed = await killCoordinator(writer);
    const atKill = acknowledged;
    await Promise.race([overall, until('commits go on', async () => acknowledged > atKill + 20)]);
    await cluster.startBroker(killed);
    const asker = await cluster.asker(killed);
    await until('all are in sync', async () => {
      const partitions = await asker.metadata('__consumer_offsets');
      return partitions.length === 2 && partitions.every(({ isrNodes }) => isrNodes.length === 3);
    });
  }
  isOver = true;
  await overall;
  expect(looks).toBeGreaterThan(100);
});

test('members of a rebalance whose coordinator is killed come to one generation at the next', async () => {
  const [first, second] = [new GroupAsker(cluster, 'g'), new GroupAsker(cluster, 'g')];
  const member = await oneMember(first);
  // Held until the first member joins again, or for ever where that never comes.
  const joining = second.join('');
  expect(await becomes(() => first.heartbeat(member), ErrorCode.REBALANCE_IN_PROGRESS)).toBe(true);
  const killed = await killCoordinator(first);
  expect(await becomes(() => first.heartbeat(member), ErrorCode.REBALANCE_IN_PROGRESS)).toBe(true);
  const [again, other] = await Promise.all([first.join(member.memberId), joining]);
  expect(again.errorCode).toBe(ErrorCode.NONE);
  expect(again.memberId).toBe(member.memberId);
  expect(other.errorCode).toBe(ErrorCode.NONE);
  const [leader, follower] = again.leader === again.memberId ? [again, other] : [other, again];
  const assigned = { [leader.memberId]: 'l', [follower.memberId]: 'f' };
  const [leads, follows] = leader === again ? [first, second] : [second, first];
  const answers = await Promise.all([leads.sync(leader, assigned), follows.sync(follower)]);
  expect(answers.map(({ assignment }) => Buffer.from(assignment).toString())).toEqual(['l', 'f']);
  expect([again, other].map(({ generationId }) => generationId)).toEqual([
    other.generationId,
    again.generationId,
  ]);
  expect(again.generationId).toBeGreaterThan(member.generationId);
  expect(await first.coordinatorId()).not.toBe(killed);
});

test('a topic that is made anew while nobody coordinates has none of the offsets of the one before', async () => {
  // Offsets lie with broker 2 alone, and nobody coordinates while it is dead.
  await cluster.createTopic('__consumer_offsets', { replicas: [[2], [2]] });
  await cluster.createTopic('payments', { replicas: [[1, 3]] });
  const group = new GroupAsker(cluster, 'g');
  expect(await group.commit('orders', 5)).toBe(ErrorCode.NONE);
  expect(await group.commit('payments', 6)).toBe(ErrorCode.NONE);
  expect(await killCoordinator(group)).toBe(2);
  const client = await cluster.connect(1);
  const body = { topicNames: ['orders'], timeoutMs: 10_000 };
  const { responses } = await client.ask(deleteTopicsRequest, deleteTopicsResponse, body, 5);
  expect(responses[0]?.errorCode).toBe(ErrorCode.NONE);
  await cluster.createTopic('orders', { replicas: [[1, 3]] });
  await cluster.startBroker(2);
  expect(await group.committed('orders')).toBe(-1);
  expect(await group.committed('orders', true)).toBe(-1);
  expect(await group.committed('payments')).toBe(6);
  expect(await group.commit('orders', 1)).toBe(ErrorCode.NONE);
  await cluster.kill(2);
  await cluster.startBroker(2);
  expect(await group.committed('orders')).toBe(1);
});

test('a topic that is deleted takes its offsets along, whoever coordinates by then', async () => {
  await cluster.createTopic('payments');
  // One group at each of the two partitions of the offsets topic.
  const groups = ['a', 'b', 'c', 'd'].map((id) => new GroupAsker(cluster, id));
  for (const group of groups) {
    expect(await group.commit('orders', 5)).toBe(ErrorCode.NONE);
    expect(await group.commit('payments', 6)).toBe(ErrorCode.NONE);
  }
  const [first] = groups;
  if (first === undefined) throw new Error('no group');
  const [via = 1] = cluster.running;
  const client = await cluster.connect(via);
  const body = { topicNames: ['orders'], timeoutMs: 10_000 };
  const { responses } = await client.ask(deleteTopicsRequest, deleteTopicsResponse, body, 5);
  expect(responses[0]?.errorCode).toBe(ErrorCode.NONE);
  await killCoordinator(first);
  for (const group of groups) {
    await until('they are gone', async () => (await group.committed('orders')) === -1);
    expect(await group.committed('payments')).toBe(6);
  }
});

test('below the minimum of replicas commits are refused, and nothing is lost by it', async () => {
  const group = new GroupAsker(cluster, 'g');
  expect(await group.commit('orders', 1)).toBe(ErrorCode.NONE);
  const [via = 1] = cluster.running;
  await setMinInSync(via, '3');
  expect(await group.commit('orders', 2)).toBe(ErrorCode.NONE);
  const leader = await group.coordinatorId();
  const [follower = 1, other = 1] = cluster.running.filter((id) => id !== leader);
  await cluster.kill(follower);
  await until('one is out', async () => {
    const partitions = await (await cluster.asker(other)).metadata('__consumer_offsets');
    return partitions.every(({ isrNodes }) => !isrNodes.includes(follower));
  });
  await until(
    'commits are refused',
    async () => (await once(leader)) === ErrorCode.COORDINATOR_NOT_AVAILABLE,
  );
  await cluster.startBroker(follower);
  expect(await group.committed('orders')).toBe(2);
  expect(await group.commit('orders', 3)).toBe(ErrorCode.NONE);
  expect(await group.committed('orders', true)).toBe(3);
});

async function setMinInSync(via: number, value: string): Promise<void> {
  const client = await cluster.connect(via);
  const configs = [{ name: 'min.insync.replicas', configOperation: 0, value }];
  const resources = [{ resourceType: TOPIC, resourceName: '__consumer_offsets', configs }];
  const codec = [incrementalAlterConfigsRequest, incrementalAlterConfigsResponse] as const;
  const { responses } = await client.ask(...codec, { resources, validateOnly: false }, 1);
  expect(responses[0]?.errorCode).toBe(ErrorCode.NONE);
}

/** The error of one commit at a broker, without asking again. */
async function once(id: number): Promise<number | undefined> {
  const client = await cluster.connect(id);
  const topics = [{ name: 'orders', partitions: [{ partitionIndex: 0, committedOffset: 9 }] }];
  const body = { groupId: 'g', generationIdOrMemberEpoch: -1, memberId: '', topics };
  const answer = await client.ask(offsetCommitRequest, offsetCommitResponse, body, 8);
  return answer.topics[0]?.partitions[0]?.errorCode;
}

async function becomes(ask: () => Promise<number>, wanted: number): Promise<boolean> {
  await until(`error ${wanted}`, async () => (await ask()) === wanted);
  return true;
}
