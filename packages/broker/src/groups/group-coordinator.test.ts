import { expect, test } from 'vitest';
import { ManualClock, settle } from '../../test/coordination/manual-clock.ts';
import { MemoryLog } from '../../test/coordination/memory-log.ts';
import { NO_MEMBER, newCoordinator, strictLogger } from '../../test/groups/coordinator-bed.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { ZERO_UUID } from '../protocol/uuid.ts';
import type { Logger } from '../runtime/logger.ts';
import type { GroupCoordinator } from './group-coordinator.ts';

function coordinatorThatLoads(gate: Promise<void>): GroupCoordinator {
  const coordinator = newCoordinator({ partitionCount: () => 50 });
  void coordinator.elected(coordinator.partitionOf('here'), {
    leaderEpoch: 0,
    maxBatchBytes: 1024,
    append: () => ({ kind: 'rejected', errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER }),
    async *replay() {
      await gate;
      yield new Uint8Array(0);
    },
  });
  return coordinator;
}

const identity = { memberId: 'm', groupInstanceId: null, generationId: 1 };

test('while a group is loaded members are told that all is well, and everyone else to wait', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const coordinator = coordinatorThatLoads(promise);
  const loading = { kind: 'refused', errorCode: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS };
  expect(await coordinator.heartbeat('here', identity)).toBe(ErrorCode.NONE);
  expect(await coordinator.fetchOffsets({ groupId: 'here', topics: null, member: NO_MEMBER }, false)).toEqual(
    loading,
  );
  expect(await coordinator.fetchOffsets({ groupId: 'here', topics: null, member: NO_MEMBER }, true)).toEqual(
    loading,
  );
  expect(coordinator.describeGroup('here')).toEqual(loading);
  expect(coordinator.listGroups()).toEqual(loading);
  resolve();
});

test('groups of other partitions have their coordinator elsewhere', async () => {
  const coordinator = coordinatorThatLoads(Promise.resolve());
  const elsewhere = { kind: 'refused', errorCode: ErrorCode.NOT_COORDINATOR };
  expect(await coordinator.heartbeat('elsewhere', identity)).toBe(ErrorCode.NOT_COORDINATOR);
  expect(coordinator.describeGroup('elsewhere')).toEqual(elsewhere);
  expect(await coordinator.deleteGroups(['elsewhere'])).toEqual(
    new Map([['elsewhere', ErrorCode.NOT_COORDINATOR]]),
  );
});

test('the log tells when and why a group rebalances, with the reason that the client gave', async () => {
  const clock = new ManualClock();
  const lines: string[] = [];
  const logger: Logger = {
    ...strictLogger,
    info: (fields, message) => {
      lines.push(`${message} ${JSON.stringify(fields)}`.replaceAll(/-[0-9a-f-]{36}/g, '-…'));
    },
    child: () => logger,
  };
  const coordinator = newCoordinator({ clock, logger });
  await coordinator.elected(0, new MemoryLog().lead(1));
  const request = {
    groupId: 'g',
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 10_000,
    memberId: '',
    groupInstanceId: null,
    protocolType: 'connect',
    protocols: [{ name: 'default', metadata: new Uint8Array(0) }],
    reason: 'the topics changed',
  };
  const client = { clientId: 'worker', clientHost: '/127.0.0.1', apiVersion: 3 };
  const joining = coordinator.joinGroup(request, client);
  await clock.advance(0);
  const { memberId = '' } = await joining;
  await coordinator.leaveGroup('g', [{ memberId, groupInstanceId: null, reason: 'shutting down' }]);
  await settle();
  expect(lines).toEqual([
    'group rebalances {"groupId":"g","generationId":0,"reason":"member worker-… joins: the topics changed"}',
    'group has a new generation {"groupId":"g","generationId":1,"members":1,"leaderId":"worker-…","protocolName":"default"}',
    'group rebalances {"groupId":"g","generationId":1,"reason":"member worker-… left: shutting down"}',
    'group is empty {"groupId":"g","generationId":2}',
  ]);
});

test('a group with more offsets than fit a batch is deleted, in batches that fit', async () => {
  const stored = new MemoryLog();
  const coordinator = newCoordinator();
  await coordinator.elected(0, stored.lead(1));
  const groupId = 'g'.repeat(1_000);
  for (let topic = 0; topic < 20; topic += 1) {
    const partitions = Array.from({ length: 50 }, (_, partitionIndex) => ({
      ...{ partitionIndex, committedOffset: 1, committedLeaderEpoch: -1, committedMetadata: null },
    }));
    const request = {
      ...{ groupId, generationIdOrMemberEpoch: -1, memberId: '', groupInstanceId: null, retentionTimeMs: -1 },
      topics: [{ name: `topic-${topic}`, topicId: ZERO_UUID, partitions }],
    };
    await coordinator.commitOffsets(request, { clientId: 'c', clientHost: '/', apiVersion: 8 });
  }
  const before = stored.batches.length;
  expect(await coordinator.deleteGroups([groupId, 'nobody'])).toEqual(
    new Map([
      [groupId, ErrorCode.NONE],
      ['nobody', ErrorCode.GROUP_ID_NOT_FOUND],
    ]),
  );
  const written = stored.batches.slice(before);
  expect(written.length).toBeGreaterThan(1);
  expect(Math.max(...written.map(({ length }) => length))).toBeLessThan(1024 * 1024);
  const again = newCoordinator();
  await again.elected(0, stored.lead(2));
  expect(again.listGroups()).toEqual({ kind: 'ok', value: [] });
  const fetched = await again.fetchOffsets({ groupId, topics: null, member: NO_MEMBER }, false);
  expect(fetched).toMatchObject({ kind: 'ok', value: [] });
});
