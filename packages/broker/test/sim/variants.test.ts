import { describe, expect, test } from 'vitest';
import { simulate } from './simulation.ts';
import { VARIANTS } from './variants.ts';

const SEEDS_MAX = 12;

/** The first seed that finds the fault, or null. */
async function firstFinding(variant: (typeof VARIANTS)[number]): Promise<number | null> {
  for (let seed = 1; seed <= SEEDS_MAX; seed++) {
    const { violations } = await simulate(seed, variant);
    if (violations.length > 0) return seed;
  }
  return null;
}

describe('a broker whose surroundings are made faulty is found out', () => {
  test.each(VARIANTS)('when $name', { timeout: 120_000 }, async (variant) => {
    expect(await firstFinding(variant)).not.toBeNull();
  });
});
