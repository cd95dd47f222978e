import { expect, test } from 'vitest';
import { simulate } from './simulation.ts';

const FIRST_SEED = 1;
const SEEDS = Array.from({ length: 9 }, (_, index) => FIRST_SEED + index);
const LIMIT_MS = 180_000;

test('the same seed makes the same things happen at the same time', { timeout: LIMIT_MS }, async () => {
  const once = await simulate(2);
  const again = await simulate(2);
  expect(once.nodes).toBe(3);
  expect(once.events).toBeGreaterThan(20_000);
  expect([again.traceHash, again.events]).toEqual([once.traceHash, once.events]);
  expect((await simulate(3)).traceHash).not.toBe(once.traceHash);
});

test.each(SEEDS)(
  'what is acknowledged stays, whatever goes wrong (seed %i)',
  { timeout: LIMIT_MS },
  async (seed) => {
    const { violations, lastEvents } = await simulate(seed);
    expect(violations, lastEvents.join('\n')).toEqual([]);
  },
);
