import { afterEach, beforeEach, expect, test } from 'vitest';
import { batchOf, LogBed } from '../../test/log/log-bed.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { DiskError } from '../runtime/disk.ts';
import type { PartitionLog } from './partition-log.ts';

let bed: LogBed;
beforeEach(() => {
  bed = new LogBed();
});
afterEach(() => bed.remove());

function append(log: PartitionLog): Promise<number> {
  const outcome = log.appendAsLeader(batchOf(['x']), { origin: 'client', leaderEpoch: 0 });
  if (outcome.kind !== 'appended') throw new Error(outcome.kind);
  return outcome.completion;
}

/** A log of three records whose checkpoints are lowered, on its being cut off, while `meanwhile` is begun. */
async function logCutDuring(meanwhile: (log: PartitionLog) => void): Promise<PartitionLog> {
  let isCut = false;
  const log: PartitionLog = await bed.open({
    lowerCheckpoints: async () => {
      if (!isCut) meanwhile(log);
      isCut = true;
    },
  });
  for (let index = 0; index < 3; index++) await append(log);
  return log;
}

test('a flush that was asked for before a cut makes nothing durable that the cut took away', async () => {
  let flushed: Promise<void> = Promise.resolve();
  const log = await logCutDuring((cut) => {
    flushed = cut.flush();
  });
  await log.follower.truncateTo(1);
  await flushed;
  expect([log.logEndOffset, log.recoveryPoint]).toEqual([1, 1]);
  await append(log);
  expect([log.logEndOffset, log.recoveryPoint]).toEqual([2, 1]);
  await log.abandon();
  const again = await bed.open({ recoveryPoint: log.recoveryPoint });
  expect(again.logEndOffset).toBe(2);
  await again.close();
});

test('who waits for the sync of what is cut off is told that it is gone', async () => {
  const waiting: Promise<number>[] = [];
  const log = await bed.open({ config: { flushBeforeAck: true } });
  expect(await append(log)).toBe(ErrorCode.NONE);
  waiting.push(append(log), append(log));
  // Behind the write, and before the round in which it would be synced.
  await Promise.all([log.follower.truncateTo(1), expect(Promise.all(waiting)).resolves.toHaveLength(2)]);
  const codes = await Promise.all(waiting);
  expect(codes.every((code) => code === ErrorCode.NONE || code === ErrorCode.NOT_LEADER_OR_FOLLOWER)).toBe(
    true,
  );
  expect([log.logEndOffset, log.recoveryPoint]).toEqual([1, 1]);
  await log.close();
});

test.each([
  ['truncateTo', 1],
  ['startAt', 9],
] as const)('a log that finds no space to be cut off (%s) is what it was', async (cut, offset) => {
  let isFull = false;
  const log = await bed.open({
    config: { flushBeforeAck: true },
    lowerCheckpoints: async () => {
      if (isFull) throw new DiskError('ENOSPC', bed.directory);
    },
  });
  for (let index = 0; index < 3; index++) expect(await append(log)).toBe(ErrorCode.NONE);
  log.updateHighWatermark(2);
  log.compaction.cleanedTo = 2;
  const marks = () => ({
    ...{ start: log.logStartOffset, highWatermark: log.highWatermark, end: log.logEndOffset },
    ...{ counted: log.acknowledgedEndOffset, recoveryPoint: log.recoveryPoint },
    cleanedTo: log.compaction.cleanedTo,
  });
  const before = marks();
  expect(before).toMatchObject({ start: 0, highWatermark: 2, end: 3, counted: 3, recoveryPoint: 3 });
  isFull = true;
  await expect(log.follower[cut](offset)).rejects.toMatchObject({ code: 'ENOSPC' });
  expect([marks(), log.isOffline]).toEqual([before, false]);
  isFull = false;
  await log.follower[cut](offset);
  expect([log.logEndOffset, log.acknowledgedEndOffset]).toEqual([offset, offset]);
  const followed = log.follower.append(batchOf(['y'], { baseOffset: offset }));
  expect(followed.kind === 'appended' && (await followed.completion)).toBe(ErrorCode.NONE);
  expect([log.logEndOffset, log.acknowledgedEndOffset]).toEqual([offset + 1, offset + 1]);
  await log.close();
});
