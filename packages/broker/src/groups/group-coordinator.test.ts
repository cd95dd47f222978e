import { expect, test } from 'vitest';
import { newCoordinator } from '../../test/groups/coordinator-bed.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { GroupCoordinator } from './group-coordinator.ts';

function coordinatorThatLoads(gate: Promise<void>): GroupCoordinator {
  const coordinator = newCoordinator({ partitionCount: () => 50 });
  void coordinator.elected(coordinator.partitionOf('here'), {
    leaderEpoch: 0,
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
  expect(await coordinator.fetchOffsets('here', null, false)).toEqual(loading);
  expect(await coordinator.fetchOffsets('here', null, true)).toEqual(loading);
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
