import { afterEach, beforeEach, expect, test } from 'vitest';
import { batchOf, contentOf, LogBed } from '../../test/log/log-bed.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { assignOffsets } from '../protocol/record-batch.ts';
import type { PartitionLog } from './partition-log.ts';

let bed: LogBed;
beforeEach(() => {
  bed = new LogBed();
});
afterEach(() => bed.remove());

type Append = (log: PartitionLog) => Promise<number>;

const lead: Append = async (log) => {
  const outcome = log.appendAsLeader(batchOf(['led']), { origin: 'client', leaderEpoch: 0 });
  return outcome.kind === 'appended' ? outcome.completion : ErrorCode.KAFKA_STORAGE_ERROR;
};

const follow: Append = async (log) => {
  const batch = batchOf(['followed']);
  assignOffsets(batch, log.logEndOffset, 0);
  const outcome = log.follower.append(batch);
  return outcome.kind === 'appended' ? outcome.completion : ErrorCode.KAFKA_STORAGE_ERROR;
};

test.each([
  ['closed', lead],
  ['closed', follow],
  ['abandoned', lead],
  ['abandoned', follow],
] as const)('what is appended when a log is about to be %s is not written (%#)', async (how, append) => {
  const log = await bed.open();
  expect(await lead(log)).toBe(ErrorCode.NONE);
  const ended = how === 'closed' ? log.close() : log.abandon();
  expect(await append(log)).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
  await ended;
  expect(await append(log)).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
  expect(bed.failures).toEqual([]);
  const again = await bed.open({ isClean: how === 'closed', recoveryPoint: log.recoveryPoint });
  expect(await contentOf(again)).toEqual([[0, 'led']]);
  await again.close();
});

test('what was appended before a log is closed is written', async () => {
  const log = await bed.open();
  const appended = [lead(log), lead(log)];
  expect(await log.close()).toBe(true);
  expect(await Promise.all(appended)).toEqual([ErrorCode.NONE, ErrorCode.NONE]);
  const again = await bed.open({ isClean: true });
  expect(again.logEndOffset).toBe(2);
  await again.close();
});
