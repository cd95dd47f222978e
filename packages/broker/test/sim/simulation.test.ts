import { expect, test } from 'vitest';
import { simulate } from './simulation.ts';

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

test('the same seed makes the same things happen at the same time', async () => {
  const once = await simulate(3);
  const again = await simulate(3);
  expect(once.events).toBeGreaterThan(10_000);
  expect([again.traceHash, again.events]).toEqual([once.traceHash, once.events]);
  expect((await simulate(5)).traceHash).not.toBe(once.traceHash);
});

test.each(SEEDS)('what is acknowledged stays, whatever goes wrong (seed %i)', async (seed) => {
  const { violations, lastEvents } = await simulate(seed);
  expect(violations, lastEvents.join('\n')).toEqual([]);
});
