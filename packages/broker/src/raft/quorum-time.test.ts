import { expect, test } from 'vitest';
import { ManualClock } from '../../test/coordination/manual-clock.ts';
import { QuorumTime } from './quorum-time.ts';

test('time stands still while something is stored, and goes on from there', async () => {
  const clock = new ManualClock();
  const time = new QuorumTime(clock);
  await clock.advance(100);
  const disk = Promise.withResolvers<void>();
  const stored = time.standStillFor(disk.promise);
  await clock.advance(5000);
  expect([time.nowMs, time.stands]).toEqual([100, true]);
  disk.resolve();
  await stored;
  expect([time.nowMs, time.stands]).toEqual([100, false]);
  await clock.advance(40);
  expect(time.nowMs).toBe(140);
});

test('time goes on when storing has failed', async () => {
  const clock = new ManualClock();
  const time = new QuorumTime(clock);
  await expect(time.standStillFor(Promise.reject(new Error('ENOSPC')))).rejects.toThrow('ENOSPC');
  await clock.advance(7);
  expect([time.nowMs, time.stands]).toEqual([7, false]);
});
