import { beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../test/coordination/manual-clock.ts';
import { type LedMemoryLog, MemoryLog } from '../../test/coordination/memory-log.ts';
import { GROUP_CONFIG, NO_MEMBER, newCoordinator } from '../../test/groups/coordinator-bed.ts';
import { recordsOf } from '../coordination/coordinator-batch.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { isControlAt, isTransactionalAt, producerIdAt } from '../protocol/record-batch.ts';
import { ZERO_UUID } from '../protocol/uuid.ts';
import type { GroupCoordinator } from './group-coordinator.ts';

const CLIENT = { clientId: 'c', clientHost: '/127.0.0.1', apiVersion: 5 };
const TOPICS = [{ name: 'orders', topicId: ZERO_UUID, partitionIndexes: [0, 1] }];
const FETCH = { groupId: 'g', topics: TOPICS, member: NO_MEMBER };
const { NONE, UNSTABLE_OFFSET_COMMIT } = ErrorCode;

let clock: ManualClock;
let stored: MemoryLog;
let log: LedMemoryLog;
let coordinator: GroupCoordinator;
beforeEach(async () => {
  clock = new ManualClock();
  stored = new MemoryLog();
  log = stored.lead(1);
  coordinator = newCoordinator({ clock });
  await coordinator.elected(0, log);
});

async function commitInTransaction(
  offset: number,
  { producerId = 7, partition = 0, generationId = -1, memberId = '' } = {},
): Promise<number | undefined> {
  const committed = { committedOffset: offset, committedLeaderEpoch: -1, committedMetadata: null };
  const response = await coordinator.commitInTransaction(
    {
      ...{ transactionalId: 't', groupId: 'g', producerId, producerEpoch: 0 },
      ...{ generationId, memberId, groupInstanceId: null },
      topics: [
        { name: 'orders', topicId: ZERO_UUID, partitions: [{ ...committed, partitionIndex: partition }] },
      ],
    },
    { client: CLIENT, verification: 'waived' },
  );
  return response.topics?.[0]?.partitions?.[0]?.errorCode;
}

async function commit(offset: number): Promise<void> {
  const committed = { committedOffset: offset, committedLeaderEpoch: -1, committedMetadata: null };
  await coordinator.commitOffsets(
    {
      ...{ groupId: 'g', generationIdOrMemberEpoch: -1, memberId: '', groupInstanceId: null },
      retentionTimeMs: -1,
      topics: [{ name: 'orders', topicId: ZERO_UUID, partitions: [{ ...committed, partitionIndex: 0 }] }],
    },
    CLIENT,
  );
}

function end(isCommitted: boolean, { producerId = 7, of = coordinator } = {}): Promise<number> {
  return of.completeTransaction(0, {
    ...{ producerId, producerEpoch: 0, isCommitted, coordinatorEpoch: 3, transactionVersion: 0 },
  });
}

/** Offset and error of partition 0 to anybody, and to whoever asks for what is stable. */
async function seen(of = coordinator): Promise<readonly unknown[]> {
  const views = await Promise.all([of.fetchOffsets(FETCH, false), of.fetchOffsets(FETCH, true)]);
  return views.flatMap((view) => {
    const partition = view.kind === 'ok' ? view.value[0]?.partitions?.[0] : undefined;
    return [partition?.committedOffset, partition?.errorCode ?? NONE];
  });
}

describe('an offset committed in a transaction', () => {
  test('counts when the transaction is committed, and until then the one before is not stable', async () => {
    await commit(10);
    expect(await commitInTransaction(20)).toBe(NONE);
    expect(await seen()).toEqual([10, NONE, -1, UNSTABLE_OFFSET_COMMIT]);
    expect(await end(true)).toBe(NONE);
    expect(await seen()).toEqual([20, NONE, 20, NONE]);
  });

  test('is forgotten when the transaction is aborted', async () => {
    await commit(10);
    await commitInTransaction(20);
    await end(false);
    expect(await seen()).toEqual([10, NONE, 10, NONE]);
  });

  test('does not replace one that was committed since', async () => {
    await commitInTransaction(20);
    await commitInTransaction(30, { producerId: 8 });
    await commit(10);
    await end(true);
    expect(await seen()).toEqual([10, NONE, -1, UNSTABLE_OFFSET_COMMIT]);
    await end(true, { producerId: 8 });
    expect(await seen()).toEqual([10, NONE, 10, NONE]);
  });

  test('waits on with whoever takes over, and lies in the log as Kafka writes it', async () => {
    await commit(10);
    await commitInTransaction(20);
    await commitInTransaction(21, { producerId: 8, partition: 1 });
    const successor = newCoordinator({ clock });
    await successor.elected(0, stored.lead(2));
    expect(await seen(successor)).toEqual([10, NONE, -1, UNSTABLE_OFFSET_COMMIT]);
    await end(true, { of: successor });
    expect(await seen(successor)).toEqual([20, NONE, 20, NONE]);
    const batches = stored.batches.map((batch) => [
      isTransactionalAt(batch) ? producerIdAt(batch) : null,
      isControlAt(batch) ? 'marker' : [...recordsOf(batch)].length,
    ]);
    expect(batches).toEqual([
      [null, 1],
      [7, 1],
      [8, 1],
      [7, 'marker'],
    ]);
    const third = newCoordinator({ clock });
    await third.elected(0, stored.lead(3));
    expect(await seen(third)).toEqual([20, NONE, 20, NONE]);
  });

  test('does not expire, nor does its group', async () => {
    await commit(10);
    await commitInTransaction(20);
    await clock.advance(3 * GROUP_CONFIG.offsetsRetentionCheckIntervalMs);
    expect((await seen())[0]).toBe(10);
    await end(false);
    await clock.advance(2 * GROUP_CONFIG.offsetsRetentionCheckIntervalMs);
    expect((await seen())[0]).toBe(-1);
    await commitInTransaction(30);
    await clock.advance(3 * GROUP_CONFIG.offsetsRetentionCheckIntervalMs);
    expect(coordinator.describeGroup('g')).toMatchObject({ value: { groupState: 'Empty' } });
    await end(true);
    expect((await seen())[0]).toBe(30);
  });

  test.each(['deleteOffsets', 'deleteGroups', 'topicsDeleted'] as const)(
    'is gone after %s, whatever becomes of its transaction',
    async (how) => {
      await commitInTransaction(20);
      if (how === 'deleteGroups') await coordinator.deleteGroups(['g']);
      else if (how === 'topicsDeleted') coordinator.topicsDeleted(['orders']);
      else {
        const topics = [{ name: 'orders', partitions: [{ partitionIndex: 0 }] }];
        await coordinator.deleteOffsets({ groupId: 'g', topics });
      }
      await clock.advance(0);
      await end(true);
      expect(await seen()).toEqual([-1, NONE, -1, NONE]);
      const successor = newCoordinator({ clock });
      await successor.elected(0, stored.lead(2));
      expect(await seen(successor)).toEqual([-1, NONE, -1, NONE]);
    },
  );

  test('counts for nobody when its record, or its marker, could not be written', async () => {
    await commit(10);
    log.rejection = ErrorCode.INVALID_TXN_STATE;
    expect(await commitInTransaction(20)).toBe(ErrorCode.INVALID_TXN_STATE);
    log.rejection = NONE;
    expect(await seen()).toEqual([10, NONE, 10, NONE]);
    await commitInTransaction(20);
    log.rejection = ErrorCode.INVALID_PRODUCER_EPOCH;
    expect(await end(true)).toBe(ErrorCode.INVALID_PRODUCER_EPOCH);
    log.rejection = NONE;
    expect(await seen()).toEqual([10, NONE, -1, UNSTABLE_OFFSET_COMMIT]);
    log.holdsCommits = true;
    const ended = end(true);
    log.fail(ErrorCode.KAFKA_STORAGE_ERROR);
    expect(await ended).toBe(ErrorCode.NOT_COORDINATOR);
    log.holdsCommits = false;
    expect(await seen()).toEqual([10, NONE, -1, UNSTABLE_OFFSET_COMMIT]);
  });

  test('is refused for a generation or a member that the group does not have', async () => {
    expect(await commitInTransaction(20, { generationId: 0 })).toBe(ErrorCode.ILLEGAL_GENERATION);
    await commit(10);
    expect(await commitInTransaction(20, { generationId: 4, memberId: 'm' })).toBe(
      ErrorCode.UNKNOWN_MEMBER_ID,
    );
    expect(await commitInTransaction(20, { memberId: 'm' })).toBe(NONE);
  });
});

test('a marker for nothing is written all the same, for its coordinator waits for it', async () => {
  expect(await end(true)).toBe(NONE);
  expect(stored.batches.map((batch) => isControlAt(batch))).toEqual([true]);
});
