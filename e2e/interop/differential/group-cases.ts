import { createTopic, type DifferentialCase, inVersions } from './differential-case.ts';
import type { WireClient } from './wire-client.ts';

const PROTOCOLS = [{ name: 'range', metadata: Buffer.from('00010000', 'hex') }];

export const groupCases: readonly DifferentialCase[] = [
  {
    name: 'FindCoordinator: groups, an empty key, a type that does not exist',
    run: async (client) => [
      await inVersions(client, 'FindCoordinator', [0, 3], (version) => ({
        key: 'some-group',
        ...(version >= 1 ? { keyType: 0 } : {}),
      })),
      await inVersions(client, 'FindCoordinator', [4, 6], () => ({
        keyType: 0,
        coordinatorKeys: ['a', 'b'],
      })),
      await client.send('FindCoordinator', 4, { keyType: 9, coordinatorKeys: ['a'] }),
      await client.send('FindCoordinator', 2, { keyType: 9, key: 'a' }),
    ],
  },
  {
    name: 'JoinGroup with what no group accepts',
    run: async (client) => {
      const join = (version: number, fields: object) =>
        client.send('JoinGroup', version, joinBody('refusing', fields));
      return [
        await inVersions(client, 'JoinGroup', [0, 9], (version) => joinBody('', {}, version)),
        await join(5, { sessionTimeoutMs: 10 }),
        await join(5, { sessionTimeoutMs: 99_999_999 }),
        await join(5, { memberId: 'nobody' }),
        await join(5, { memberId: 'nobody', groupInstanceId: 'nobody-static' }),
        await join(5, { protocols: [] }),
        await join(5, { protocolType: '' }),
      ];
    },
  },
  {
    name: 'a member from its first JoinGroup to its last LeaveGroup',
    run: async (client) => {
      const group = 'one-life';
      const first = await client.send('JoinGroup', 5, joinBody(group, {}));
      const memberId = (first as JoinAnswer).response.memberId;
      const joined = await client.send('JoinGroup', 5, joinBody(group, { memberId }));
      const generationId = (joined as JoinAnswer).response.generationId;
      const member = { groupId: group, memberId, generationId };
      const answers = [first, joined];
      const send = async (...request: Parameters<WireClient['send']>) =>
        answers.push(await client.send(...request));
      await send('Heartbeat', 4, member);
      await send('SyncGroup', 5, {
        ...member,
        protocolType: 'consumer',
        protocolName: 'range',
        assignments: [{ memberId, assignment: Buffer.from('assigned') }],
      });
      await send('SyncGroup', 5, { ...member, protocolType: 'connect', protocolName: 'range' });
      await send('SyncGroup', 5, { ...member, protocolType: 'consumer', protocolName: 'sticky' });
      await send('Heartbeat', 4, member);
      await send('Heartbeat', 4, { ...member, generationId: generationId + 1 });
      await send('Heartbeat', 4, { ...member, memberId: 'someone-else' });
      await send('JoinGroup', 5, joinBody(group, { protocolType: 'connect' }));
      await send(
        'JoinGroup',
        5,
        joinBody(group, { protocols: [{ name: 'sticky', metadata: Buffer.from('x') }] }),
      );
      await send('DescribeGroups', 5, { groups: [group], includeAuthorizedOperations: true });
      await send('DeleteGroups', 2, { groupsNames: [group] });
      await send('LeaveGroup', 3, { groupId: group, members: [{ memberId: 'someone-else' }, { memberId }] });
      await send('Heartbeat', 4, member);
      await send('DescribeGroups', 5, { groups: [group] });
      return answers;
    },
  },
  {
    name: 'a static member: joins, is replaced, is fenced, is removed',
    run: async (client) => {
      const group = 'statics';
      const fixed = { groupInstanceId: 'seat-1' };
      const first = (await client.send('JoinGroup', 5, joinBody(group, fixed))) as JoinAnswer;
      const { memberId, generationId } = first.response;
      const synced = await client.send('SyncGroup', 3, {
        ...{ groupId: group, memberId, generationId, groupInstanceId: 'seat-1' },
        assignments: [{ memberId, assignment: Buffer.from('assigned') }],
      });
      const second = (await client.send('JoinGroup', 5, joinBody(group, fixed))) as JoinAnswer;
      const old = {
        groupId: group,
        memberId,
        generationId: second.response.generationId,
        groupInstanceId: 'seat-1',
      };
      return [
        first,
        synced,
        second,
        await client.send('Heartbeat', 4, old),
        await client.send('SyncGroup', 5, old),
        await client.send('OffsetCommit', 8, {
          ...{ groupId: group, memberId, groupInstanceId: 'seat-1' },
          generationIdOrMemberEpoch: old.generationId,
          topics: [],
        }),
        await client.send('LeaveGroup', 4, {
          groupId: group,
          members: [{ memberId, groupInstanceId: 'seat-1' }],
        }),
        await client.send('LeaveGroup', 4, {
          groupId: group,
          members: [{ memberId: '', groupInstanceId: 'seat-1' }],
        }),
        await client.send('LeaveGroup', 4, {
          groupId: group,
          members: [{ memberId: '', groupInstanceId: 'seat-2' }],
        }),
      ];
    },
  },
  {
    name: 'groups that nobody made: Heartbeat, SyncGroup, LeaveGroup, DescribeGroups, DeleteGroups',
    run: async (client) => [
      await inVersions(client, 'Heartbeat', [0, 4], () => ({
        groupId: 'no-one',
        generationId: 1,
        memberId: 'm',
      })),
      await inVersions(client, 'SyncGroup', [0, 4], () => ({
        groupId: 'no-one',
        generationId: 1,
        memberId: 'm',
      })),
      await inVersions(client, 'LeaveGroup', [0, 2], () => ({ groupId: 'no-one', memberId: 'm' })),
      await inVersions(client, 'LeaveGroup', [3, 5], () => ({
        groupId: 'no-one',
        members: [{ memberId: 'm' }],
      })),
      await inVersions(client, 'DescribeGroups', [0, 6], () => ({ groups: ['no-one', ''] })),
      await inVersions(client, 'DeleteGroups', [0, 2], () => ({ groupsNames: ['no-one', ''] })),
    ],
  },
  {
    name: 'OffsetCommit and OffsetFetch without members',
    run: async (client) => {
      const topicId = await createTopic(client, 'committed', { partitions: 2 });
      const commit = (version: number, partition: object, groupId = 'simple', name = 'committed') =>
        client.send('OffsetCommit', version, {
          groupId,
          generationIdOrMemberEpoch: -1,
          topics: [
            {
              ...(version >= 10 ? { topicId } : { name }),
              partitions: [
                { partitionIndex: 0, committedOffset: 5, committedMetadata: 'note', ...partition },
              ],
            },
          ],
        });
      return [
        await inVersionsOf([2, 10], (version) => commit(version, {})),
        await commit(8, { committedMetadata: 'x'.repeat(5_000) }),
        await commit(8, { partitionIndex: 7 }),
        await commit(8, {}, 'simple', 'never-committed'),
        await commit(8, {}, ''),
        await client.send('OffsetCommit', 8, {
          ...{ groupId: 'simple', generationIdOrMemberEpoch: 4, memberId: 'ghost' },
          topics: [{ name: 'committed', partitions: [{ partitionIndex: 0, committedOffset: 9 }] }],
        }),
        await inVersions(client, 'OffsetFetch', [1, 7], () => ({
          groupId: 'simple',
          topics: [{ name: 'committed', partitionIndexes: [0, 1, 7] }],
        })),
        await inVersions(client, 'OffsetFetch', [2, 7], () => ({ groupId: 'simple', topics: null })),
        await inVersions(client, 'OffsetFetch', [8, 9], () => ({
          groups: [
            { groupId: 'simple', topics: [{ name: 'committed', partitionIndexes: [0, 1] }] },
            { groupId: 'nobody', topics: null },
          ],
        })),
        await client.send('OffsetFetch', 10, {
          groups: [{ groupId: 'simple', topics: [{ topicId, partitionIndexes: [0, 1] }] }],
        }),
      ];
    },
  },
  {
    name: 'OffsetDelete of offsets, of none, and in a group nobody made',
    run: async (client) => {
      await createTopic(client, 'offsets-gone');
      const topics = [{ name: 'offsets-gone', partitions: [{ partitionIndex: 0, committedOffset: 3 }] }];
      const remove = (groupId: string, name: string, partitionIndex: number) =>
        client.send('OffsetDelete', 0, { groupId, topics: [{ name, partitions: [{ partitionIndex }] }] });
      return [
        await client.send('OffsetCommit', 8, { groupId: 'forgetful', generationIdOrMemberEpoch: -1, topics }),
        await remove('forgetful', 'offsets-gone', 0),
        await remove('forgetful', 'offsets-gone', 9),
        await remove('forgetful', 'unknown-topic', 0),
        await remove('never-was', 'offsets-gone', 0),
      ];
    },
  },
];

interface JoinAnswer {
  readonly response: { readonly memberId: string; readonly generationId: number };
}

function joinBody(groupId: string, fields: object, version = 5): object {
  return {
    groupId,
    sessionTimeoutMs: 30_000,
    ...(version >= 1 ? { rebalanceTimeoutMs: 30_000 } : {}),
    memberId: '',
    protocolType: 'consumer',
    protocols: PROTOCOLS,
    ...fields,
  };
}

async function inVersionsOf(
  [from, to]: readonly [number, number],
  send: (version: number) => Promise<unknown>,
): Promise<unknown[]> {
  const answers = [];
  for (let version = from; version <= to; version += 1) answers.push(await send(version));
  return answers;
}
