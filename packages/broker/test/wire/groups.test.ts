import { afterEach, beforeEach, expect, test } from 'vitest';
import { ErrorCode } from '../../src/protocol/errors.ts';
import type { Decoded } from '../../src/protocol/message.ts';
import { consumerGroupDescribeRequest } from '../../src/protocol/messages/consumer-group-describe-request.ts';
import { consumerGroupDescribeResponse } from '../../src/protocol/messages/consumer-group-describe-response.ts';
import { consumerGroupHeartbeatRequest } from '../../src/protocol/messages/consumer-group-heartbeat-request.ts';
import { consumerGroupHeartbeatResponse } from '../../src/protocol/messages/consumer-group-heartbeat-response.ts';
import { deleteTopicsRequest } from '../../src/protocol/messages/delete-topics-request.ts';
import { deleteTopicsResponse } from '../../src/protocol/messages/delete-topics-response.ts';
import { findCoordinatorRequest } from '../../src/protocol/messages/find-coordinator-request.ts';
import { findCoordinatorResponse } from '../../src/protocol/messages/find-coordinator-response.ts';
import { heartbeatRequest } from '../../src/protocol/messages/heartbeat-request.ts';
import { heartbeatResponse } from '../../src/protocol/messages/heartbeat-response.ts';
import { incrementalAlterConfigsRequest } from '../../src/protocol/messages/incremental-alter-configs-request.ts';
import { incrementalAlterConfigsResponse } from '../../src/protocol/messages/incremental-alter-configs-response.ts';
import { joinGroupRequest } from '../../src/protocol/messages/join-group-request.ts';
import { joinGroupResponse } from '../../src/protocol/messages/join-group-response.ts';
import { offsetCommitRequest } from '../../src/protocol/messages/offset-commit-request.ts';
import { offsetCommitResponse } from '../../src/protocol/messages/offset-commit-response.ts';
import { offsetFetchRequest } from '../../src/protocol/messages/offset-fetch-request.ts';
import { offsetFetchResponse } from '../../src/protocol/messages/offset-fetch-response.ts';
import { syncGroupRequest } from '../../src/protocol/messages/sync-group-request.ts';
import { syncGroupResponse } from '../../src/protocol/messages/sync-group-response.ts';
import { BrokerBed } from './broker-bed.ts';
import type { WireClient } from './wire-client.ts';

let bed: BrokerBed;
beforeEach(async () => {
  bed = new BrokerBed();
  await bed.start();
});
afterEach(() => bed.remove());

const RETRIED: readonly number[] = [
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  ErrorCode.NOT_COORDINATOR,
];

/** Asks again, as clients do, until the coordinator is there. */
async function whenCoordinated<Response extends { readonly errorCode: number }>(
  ask: () => Promise<Response>,
): Promise<Response> {
  for (;;) {
    const response = await ask();
    if (!RETRIED.includes(response.errorCode)) return response;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A client on a new connection, once the broker knows where the group is. */
async function clientOf(groupId: string): Promise<WireClient> {
  const client = await bed.connect();
  await whenCoordinated(() =>
    client.ask(findCoordinatorRequest, findCoordinatorResponse, { key: groupId }, 3),
  );
  return client;
}

async function join(client: WireClient): Promise<Decoded<typeof joinGroupResponse>> {
  return whenCoordinated(() =>
    client.ask(
      joinGroupRequest,
      joinGroupResponse,
      {
        groupId: 'g',
        sessionTimeoutMs: 10_000,
        rebalanceTimeoutMs: 10_000,
        protocolType: 'consumer',
        protocols: [{ name: 'range', metadata: Buffer.from('000000000000ffffffff', 'hex') }],
      },
      3,
    ),
  );
}

async function commit(
  client: WireClient,
  member: { memberId: string; generationId: number },
  offset: number,
) {
  const { topics } = await client.ask(
    offsetCommitRequest,
    offsetCommitResponse,
    {
      groupId: 'g',
      memberId: member.memberId,
      generationIdOrMemberEpoch: member.generationId,
      topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, committedOffset: offset }] }],
    },
    9,
  );
  return topics[0]?.partitions[0]?.errorCode;
}

async function committedOffsets(client: WireClient): Promise<number[]> {
  const group = { groupId: 'g', topics: null };
  const { groups } = await client.ask(offsetFetchRequest, offsetFetchResponse, { groups: [group] }, 9);
  return groups.flatMap(({ topics }) =>
    topics.flatMap(({ partitions }) => partitions.map(({ committedOffset }) => committedOffset)),
  );
}

test('a member, its assignment and its offsets survive a restart of the broker', async () => {
  await bed.createTopic('orders');
  const before = await clientOf('g');
  const { generationId, memberId } = await join(before);
  const identity = { groupId: 'g', memberId, generationId };
  const assignments = [{ memberId, assignment: Uint8Array.of(1, 2, 3) }];
  await before.ask(syncGroupRequest, syncGroupResponse, { ...identity, assignments }, 3);
  expect(await commit(before, { memberId, generationId }, 17)).toBe(ErrorCode.NONE);
  await bed.stop();

  await bed.start();
  const after = await clientOf('g');
  const synced = await whenCoordinated(() => after.ask(syncGroupRequest, syncGroupResponse, identity, 3));
  expect([...synced.assignment]).toEqual([1, 2, 3]);
  const heartbeat = await after.ask(heartbeatRequest, heartbeatResponse, identity, 3);
  expect(heartbeat.errorCode).toBe(ErrorCode.NONE);
  expect(await committedOffsets(after)).toEqual([17]);
  expect(await commit(after, { memberId, generationId }, 18)).toBe(ErrorCode.NONE);
});

test('an offset whose retention is over is forgotten, before and after a restart', async () => {
  await bed.stop();
  await bed.start({ 'offsets.retention.check.interval.ms': '100' });
  await bed.createTopic('orders');
  const client = await clientOf('g');
  const topics = [{ name: 'orders', partitions: [{ partitionIndex: 0, committedOffset: 5 }] }];
  const body = { groupId: 'g', generationIdOrMemberEpoch: -1, memberId: '', retentionTimeMs: 1_000, topics };
  // Version 2 is the last in which a client says for how long.
  await whenCoordinated(async () => {
    const answer = await client.ask(offsetCommitRequest, offsetCommitResponse, body, 2);
    return { errorCode: answer.topics[0]?.partitions[0]?.errorCode ?? ErrorCode.NONE };
  });
  await expect.poll(() => committedOffsets(client), { timeout: 20_000 }).toEqual([]);
  await bed.stop();

  await bed.start();
  const after = await clientOf('g');
  await whenCoordinated(async () => {
    const group = { groupId: 'g', topics: null };
    const { groups } = await after.ask(offsetFetchRequest, offsetFetchResponse, { groups: [group] }, 9);
    return groups[0] ?? { errorCode: ErrorCode.NONE };
  });
  expect(await committedOffsets(after)).toEqual([]);
});

test('what was committed for a topic goes with the topic, before and after a restart', async () => {
  await bed.createTopic('orders');
  const client = await clientOf('g');
  await whenCoordinated(async () => ({
    errorCode: (await commit(client, { memberId: '', generationId: -1 }, 5)) ?? ErrorCode.NONE,
  }));
  expect(await committedOffsets(client)).toEqual([5]);
  await client.ask(deleteTopicsRequest, deleteTopicsResponse, { topicNames: ['orders'], timeoutMs: 5000 }, 5);
  await bed.createTopic('orders');
  await expect.poll(() => committedOffsets(client)).toEqual([]);
  await bed.stop();

  await bed.start();
  const after = await clientOf('g');
  await whenCoordinated(async () => {
    const group = { groupId: 'g', topics: null };
    const { groups } = await after.ask(offsetFetchRequest, offsetFetchResponse, { groups: [group] }, 9);
    return groups[0] ?? { errorCode: ErrorCode.NONE };
  });
  await expect.poll(() => committedOffsets(after)).toEqual([]);
});

/** Of a resource whose configs are changed. */
const GROUP = 32;

test('configs of a consumer group act from the next heartbeat on, and those of the broker where it has none', async () => {
  await bed.stop();
  await bed.start({
    'group.consumer.min.session.timeout.ms': '100',
    'group.consumer.min.heartbeat.interval.ms': '50',
    'group.consumer.heartbeat.interval.ms': '4000',
    'group.consumer.max.size': '1',
  });
  await bed.createTopic('orders');
  const client = await clientOf('g');
  const beat = (memberId: string, memberEpoch: number) =>
    whenCoordinated(() =>
      client.ask(
        consumerGroupHeartbeatRequest,
        consumerGroupHeartbeatResponse,
        {
          ...{ groupId: 'g', memberId, memberEpoch },
          ...(memberEpoch === 0 && {
            ...{ rebalanceTimeoutMs: 10_000, subscribedTopicNames: ['orders'], topicPartitions: [] },
          }),
        },
        1,
      ),
    );
  const joined = await beat('m', 0);
  expect(joined).toMatchObject({ errorCode: ErrorCode.NONE, memberEpoch: 2, heartbeatIntervalMs: 4000 });
  expect(await beat('n', 0)).toMatchObject({ errorCode: ErrorCode.GROUP_MAX_SIZE_REACHED });
  const configs = { 'consumer.session.timeout.ms': '300', 'consumer.heartbeat.interval.ms': '100' };
  const changed = Object.entries(configs).map(([name, value]) => ({ name, configOperation: 0, value }));
  const resources = [{ resourceType: GROUP, resourceName: 'g', configs: changed }];
  const codec = [incrementalAlterConfigsRequest, incrementalAlterConfigsResponse] as const;
  const { responses } = await client.ask(...codec, { resources, validateOnly: false }, 1);
  expect(responses[0]?.errorCode).toBe(ErrorCode.NONE);
  expect(await beat('m', 2)).toMatchObject({ errorCode: ErrorCode.NONE, heartbeatIntervalMs: 100 });
  // A session of 45 seconds, which is the broker's, would keep it for longer than the test waits.
  const states = async () => {
    const body = { groupIds: ['g'] };
    const answer = await client.ask(consumerGroupDescribeRequest, consumerGroupDescribeResponse, body, 1);
    return answer.groups.map(({ groupState, members }) => [groupState, members.length]);
  };
  await expect.poll(states, { timeout: 20_000 }).toEqual([['Empty', 0]]);
  expect(await beat('m', 2)).toMatchObject({ errorCode: ErrorCode.UNKNOWN_MEMBER_ID });
});
