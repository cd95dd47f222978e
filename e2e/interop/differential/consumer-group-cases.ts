import { until } from '../patience.ts';
import { createTopic, type DifferentialCase, inVersions } from './differential-case.ts';
import type { WireAnswer, WireClient } from './wire-client.ts';

/** ConsumerProtocolSubscription of version 1: the topic, and partitions of it that the member has. */
function subscription(topic: string, owned: readonly number[] = []): Buffer {
  const name = Buffer.concat([int16(topic.length), Buffer.from(topic)]);
  const partitions =
    owned.length === 0 ? [int32(0)] : [int32(1), name, int32(owned.length), ...owned.map(int32)];
  return Buffer.concat([int16(1), int32(1), name, int32(-1), ...partitions]);
}

/** ConsumerProtocolAssignment of version 1. */
function assignment(topic: string, partitions: readonly number[]): Buffer {
  const name = Buffer.concat([int16(topic.length), Buffer.from(topic)]);
  return Buffer.concat([
    int16(1),
    int32(1),
    name,
    int32(partitions.length),
    ...partitions.map(int32),
    int32(-1),
  ]);
}

const WAITS = {
  where: /\.heartbeatIntervalMs: Kafka 5000, Odradek 1000$/,
  why: 'a member that waits for partitions of another is to come sooner (ADR 36)',
};

export const consumerGroupCases: readonly DifferentialCase[] = [
  {
    name: 'ConsumerGroupHeartbeat with what no group accepts',
    run: async (client) => {
      const beat = (fields: object) => send(client, 'refusing-beats', fields);
      return [
        await inVersions(client, 'ConsumerGroupHeartbeat', [0, 1], (version) => body('', {}, version)),
        await inVersions(client, 'ConsumerGroupHeartbeat', [0, 1], (version) =>
          body('refusing-beats', { memberId: '', memberEpoch: 1 }, version),
        ),
        await beat({ memberId: '' }),
        await beat({ memberId: ' ' }),
        await beat({ instanceId: '' }),
        await beat({ rackId: '' }),
        await beat({ rebalanceTimeoutMs: -1 }),
        await beat({ topicPartitions: null }),
        await beat({ subscribedTopicNames: null }),
        await beat({ serverAssignor: 'mine' }),
        await beat({ subscribedTopicRegex: '(' }),
        await beat({ memberEpoch: -3 }),
        await beat({ memberEpoch: -2 }),
        await beat({ memberEpoch: -1 }),
        await beat({ memberEpoch: 7 }),
        await inVersions(client, 'ConsumerGroupDescribe', [0, 1], () => ({
          groupIds: ['refusing-beats', ''],
          includeAuthorizedOperations: true,
        })),
      ];
    },
  },
  {
    name: 'a consumer group from its first heartbeat to its deletion',
    deviations: [WAITS],
    run: async (client) => {
      const group = 'one-consumer-life';
      const topicId = await createTopic(client, 'consumed', { partitions: 4 });
      await assignAtOnce(client, group);
      const answers: unknown[] = [];
      const beat = async (memberId: string, fields: object) =>
        answers.push(await send(client, group, { memberId, ...fields }));
      const has = (...partitions: number[]) => ({ topicPartitions: [{ topicId, partitions }] });
      const note = async (...request: Parameters<WireClient['send']>) =>
        answers.push(await client.send(...request));
      await beat('m1', { subscribedTopicNames: ['consumed'] });
      await beat('m1', going(2, has(0, 1, 2, 3)));
      await beat('m2', { subscribedTopicNames: ['consumed'] });
      await note('ConsumerGroupDescribe', 1, { groupIds: [group] });
      await beat('m1', going(2));
      await beat('m1', going(2, has(0, 1, 2, 3)));
      await beat('m2', going(3));
      await note('ConsumerGroupDescribe', 1, { groupIds: [group], includeAuthorizedOperations: true });
      for (const memberEpoch of [1, 2, 3])
        await note('OffsetCommit', 9, commit(group, 'm1', memberEpoch, [0, 2]));
      await beat('m1', going(2, has(0, 1)));
      await beat('m2', going(3));
      await beat('m1', going(2, has(0)));
      await beat('m1', going(2, has(2)));
      await beat('m1', going(9));
      await beat('m2', {
        ...going(3),
        ...has(2, 3),
        rebalanceTimeoutMs: 9000,
        subscribedTopicNames: ['consumed'],
      });
      for (const memberEpoch of [2, 3, 4])
        await note('OffsetCommit', 9, commit(group, 'm1', memberEpoch, [0]));
      await note('OffsetCommit', 9, commit(group, 'm1', 2, [2]));
      await note('OffsetCommit', 9, commit(group, 'm2', 2, [2]));
      await note('OffsetCommit', 8, commit(group, 'm1', 3, [0]));
      await note('OffsetCommit', 9, commit(group, 'nobody', 3, [0]));
      await note('OffsetCommit', 9, commit(group, '', -1, [0]));
      for (const member of [
        { memberId: 'm1', memberEpoch: 3 },
        { memberId: 'm1', memberEpoch: 2 },
        { memberId: 'x', memberEpoch: 3 },
      ]) {
        await note('OffsetFetch', 9, {
          groups: [{ groupId: group, ...member, topics: null }],
          requireStable: true,
        });
      }
      await note('DescribeGroups', 5, { groups: [group] });
      await note('DescribeGroups', 6, { groups: [group] });
      await note('ListGroups', 5, { statesFilter: ['stable'], typesFilter: ['Consumer'] });
      await note('DeleteGroups', 2, { groupsNames: [group] });
      await note('OffsetDelete', 0, {
        groupId: group,
        topics: [{ name: 'consumed', partitions: [{ partitionIndex: 0 }] }],
      });
      await note('JoinGroup', 5, {
        groupId: group,
        sessionTimeoutMs: 10_000,
        memberId: '',
        protocolType: 'connect',
        protocols: [],
      });
      await note('Heartbeat', 4, { groupId: group, memberId: 'm1', generationId: 3 });
      await note('SyncGroup', 5, { groupId: group, memberId: 'm1', generationId: 3, assignments: [] });
      await beat('m1', going(-1));
      await note('LeaveGroup', 5, { groupId: group, members: [{ memberId: 'm2' }, { memberId: 'm1' }] });
      await note('ConsumerGroupDescribe', 0, { groupIds: [group] });
      await note('DeleteGroups', 2, { groupsNames: [group] });
      await note('ConsumerGroupDescribe', 0, { groupIds: [group] });
      return answers.map(inOrder);
    },
  },
  {
    name: 'configs of a consumer group act from the next heartbeat on',
    run: async (client) => {
      const group = 'configured-consumers';
      await createTopic(client, 'configured', { partitions: 2 });
      await assignAtOnce(client, group);
      const interval = 'consumer.heartbeat.interval.ms';
      const answers: unknown[] = [];
      const beat = async (fields: object) => answers.push(await send(client, group, fields));
      await beat({ subscribedTopicNames: ['configured'] });
      for (const value of ['7000', '4999', '15001', '45000', 'soon', '15000']) {
        answers.push(await setConfig(client, group, interval, value));
        await beat(going(2));
      }
      answers.push(await setConfig(client, group, interval, null));
      await beat(going(2));
      return answers;
    },
  },
  {
    name: 'a static consumer leaves for now, is replaced, is fenced',
    run: async (client) => {
      const group = 'static-consumers';
      await createTopic(client, 'static-consumed', { partitions: 2 });
      await assignAtOnce(client, group);
      const beat = (memberId: string, fields: object) =>
        send(client, group, { memberId, instanceId: 'seat', ...fields });
      const topics = { subscribedTopicNames: ['static-consumed'] };
      return [
        await beat('s1', topics),
        await beat('s2', topics),
        await beat('s2', going(2)),
        await beat('s1', going(-2)),
        await beat('s1', going(-2)),
        await client.send('ConsumerGroupDescribe', 1, { groupIds: [group] }),
        await beat('s2', topics),
        await beat('s1', going(2)),
        await beat('s2', going(2)),
        await send(client, group, { memberId: 's3', ...going(2), instanceId: 'no-seat' }),
        await client.send('LeaveGroup', 5, {
          groupId: group,
          members: [{ memberId: '', groupInstanceId: 'seat' }],
        }),
        await client.send('ConsumerGroupDescribe', 1, { groupIds: [group] }),
      ];
    },
  },
  {
    name: 'a classic group becomes a consumer group and a classic group again',
    deviations: [WAITS],
    run: async (client) => {
      const group = 'migrating';
      const topicId = await createTopic(client, 'migrated', { partitions: 4 });
      await assignAtOnce(client, group);
      const first = (await client.send('JoinGroup', 3, joining(group, '', []))) as JoinAnswer;
      const { generationId, memberId } = first.response;
      const member = { groupId: group, memberId };
      const answers: unknown[] = [first];
      const note = async (...request: Parameters<WireClient['send']>) =>
        answers.push(await client.send(...request));
      const beat = async (fields: object) =>
        answers.push(await send(client, group, { memberId: 'new', ...fields }));
      await note('SyncGroup', 5, {
        ...{ ...member, generationId, protocolType: 'consumer', protocolName: 'range' },
        assignments: [{ memberId, assignment: assignment('migrated', [0, 1, 2, 3]) }],
      });
      await beat({ subscribedTopicNames: ['migrated'] });
      await note('Heartbeat', 4, { ...member, generationId });
      await note('JoinGroup', 3, joining(group, memberId, [0, 1, 2, 3]));
      await note('SyncGroup', 5, {
        ...member,
        generationId,
        protocolType: 'consumer',
        protocolName: 'range',
        assignments: [],
      });
      await note('JoinGroup', 3, joining(group, memberId, [0, 1]));
      await note('SyncGroup', 5, {
        ...member,
        generationId: generationId + 1,
        protocolType: 'consumer',
        protocolName: 'sticky',
        assignments: [],
      });
      await note('SyncGroup', 5, {
        ...member,
        generationId: generationId + 1,
        protocolType: 'consumer',
        protocolName: 'range',
        assignments: [],
      });
      await beat(going(generationId + 1));
      await note('Heartbeat', 4, { ...member, generationId: generationId + 1 });
      await note('OffsetCommit', 8, {
        ...commit(group, memberId, generationId + 1, [0]),
        topics: offsets('migrated', [0]),
      });
      await note('OffsetCommit', 8, {
        ...commit(group, memberId, generationId + 5, [0]),
        topics: offsets('migrated', [0]),
      });
      const described = await client.send('ConsumerGroupDescribe', 1, { groupIds: [group] });
      answers.push(inOrder(JSON.parse(JSON.stringify(described).replaceAll(memberId, 'the classic member'))));
      await note('JoinGroup', 3, { ...joining(group, '', []), protocolType: 'connect' });
      await note('JoinGroup', 3, {
        ...joining(group, '', []),
        protocols: [{ name: 'sticky', metadata: subscription('migrated') }],
      });
      await beat({ ...going(-1), topicPartitions: [{ topicId, partitions: [] }] });
      await note('ListGroups', 5, { statesFilter: ['preparingRebalance'], typesFilter: ['classic'] });
      await note('Heartbeat', 4, { ...member, generationId: generationId + 1 });
      return answers;
    },
  },
];

/** Kafka tells members and partitions in the order of its hash tables. */
function inOrder(value: unknown): unknown {
  if (value instanceof Uint8Array || value === null || typeof value !== 'object') return value;
  if (!Array.isArray(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, inOrder(inner)]));
  }
  const keyOf = (item: unknown): string =>
    item === null || typeof item !== 'object'
      ? ''
      : `${(item as Ordered).memberId ?? (item as Ordered).partitionIndex}`;
  return value.map(inOrder).sort((left, right) => keyOf(left).localeCompare(keyOf(right)));
}

interface Ordered {
  readonly memberId?: string;
  readonly partitionIndex?: number;
}

/** Whoever joins says everything; {@link going} is for those that are there. */
function body(groupId: string, fields: object, version = 1): object {
  return {
    ...{ groupId, memberId: 'm', memberEpoch: 0, rebalanceTimeoutMs: 10_000 },
    ...{ subscribedTopicNames: [], topicPartitions: [], serverAssignor: null },
    ...(version >= 1 ? { subscribedTopicRegex: null } : {}),
    ...fields,
  };
}

function going(memberEpoch: number, fields: object = {}): object {
  return {
    memberEpoch,
    rebalanceTimeoutMs: -1,
    subscribedTopicNames: null,
    topicPartitions: null,
    ...fields,
  };
}

/** A heartbeat; the epochs of members begin alike everywhere, and are compared. */
async function send(client: WireClient, group: string, fields: object): Promise<unknown> {
  const answer = (await client.send('ConsumerGroupHeartbeat', 1, body(group, fields))) as HeartbeatAnswer;
  return { ...answer, epoch: answer.response.memberEpoch };
}

/** Has the group make each target assignment as soon as it is wanted. */
async function assignAtOnce(client: WireClient, group: string): Promise<void> {
  await setConfig(client, group, 'consumer.assignment.interval.ms', '0');
}

/** Sets a config of the group, or deletes it; resolves with the answer when the broker goes by it. */
async function setConfig(
  client: WireClient,
  group: string,
  name: string,
  value: string | null,
): Promise<WireAnswer> {
  const resource = { resourceType: 32, resourceName: group };
  const configs = [{ name, configOperation: value === null ? 1 : 0, value }];
  const changed = await client.send('IncrementalAlterConfigs', 1, { resources: [{ ...resource, configs }] });
  const isRefused = !JSON.stringify(changed).includes('"errorCode":0');
  const question = { resources: [{ ...resource, configurationKeys: [name] }] };
  await until(`${name} of ${group} is ${value}`, async () => {
    const answer = JSON.stringify(await client.send('DescribeConfigs', 4, question));
    // Of a group's own configs the source is 8.
    return (
      isRefused ||
      (value === null ? !answer.includes('"configSource":8') : answer.includes(`"value":"${value}"`))
    );
  });
  return changed;
}

function commit(
  groupId: string,
  memberId: string,
  memberEpoch: number,
  partitions: readonly number[],
): object {
  return {
    groupId,
    memberId,
    generationIdOrMemberEpoch: memberEpoch,
    topics: offsets('consumed', partitions),
  };
}

function offsets(name: string, partitions: readonly number[]): object[] {
  return [{ name, partitions: partitions.map((partitionIndex) => ({ partitionIndex, committedOffset: 1 })) }];
}

function joining(groupId: string, memberId: string, owned: readonly number[]): object {
  return {
    ...{ groupId, memberId, sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 10_000, protocolType: 'consumer' },
    protocols: [{ name: 'range', metadata: subscription('migrated', owned) }],
  };
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

interface HeartbeatAnswer {
  readonly response: { readonly memberEpoch: number };
}

interface JoinAnswer {
  readonly response: { readonly memberId: string; readonly generationId: number };
}
