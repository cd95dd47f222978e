import { expect, test } from 'vitest';
import { ManualClock, settle } from '../../test/coordination/manual-clock.ts';
import { silentLogger } from '../../test/metadata/ports.ts';
import { DiskError } from '../runtime/disk.ts';
import { SpaceWait } from './space-wait.ts';

/** Work that finds no space so many times. */
function failing(times: number, code = 'ENOSPC'): { readonly work: () => Promise<void>; tries: number } {
  const found = {
    tries: 0,
    work: async () => {
      found.tries += 1;
      if (found.tries <= times) throw new DiskError(code, '/quorum-state');
    },
  };
  return found;
}

function waitOn(clock: ManualClock, options = { mayWait: true }) {
  const said: string[] = [];
  const logger = { ...silentLogger, warn: (_: object, text: string) => void said.push(text) };
  return { said, space: new SpaceWait({ clock, logger }, options) };
}

test('what finds no space is done once there is some, and that is said once', async () => {
  const clock = new ManualClock();
  const { space, said } = waitOn(clock);
  const found = failing(3);
  let isDone = false;
  const done = space.doing('to vote', found.work).then(() => {
    isDone = true;
  });
  await settle();
  expect([space.isWaiting, found.tries]).toEqual([true, 1]);
  await clock.advance(1000);
  expect([isDone, found.tries]).toEqual([false, 3]);
  await clock.advance(500);
  await done;
  expect([space.isWaiting, found.tries, said.length]).toEqual([false, 4, 1]);
});

test.each([
  ['a disk that fails', 'EIO', { mayWait: true }],
  ['a full disk where nobody may wait', 'ENOSPC', { mayWait: false }],
])('%s is a failure at once', async (_, code, options) => {
  const { space } = waitOn(new ManualClock(), options);
  await expect(space.doing('to vote', failing(1, code).work)).rejects.toThrow(code);
  expect(space.isWaiting).toBe(false);
});

test('who is not to wait any more tries once more and fails', async () => {
  const { space } = waitOn(new ManualClock());
  const found = failing(9);
  const failed = expect(space.doing('to vote', found.work)).rejects.toThrow('ENOSPC');
  await settle();
  space.stopWaiting();
  await failed;
  expect(found.tries).toBe(2);
});
