import { afterEach, beforeEach, expect, test } from 'vitest';
import { batchOf, LogBed } from '../../test/log/log-bed.ts';
import { ErrorCode } from '../protocol/errors.ts';
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
