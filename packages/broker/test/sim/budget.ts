import type { SeededRandom } from '../seeded-random.ts';

/**
 * What may go wrong in one seed at the most. What is promised holds within it:
 * - `crashes`: processes end at any moment, any number of them; their page caches stay.
 * - `one at a time`: fewer than `min.insync.replicas` machines at once lose what was not synced, or have a byte of
 *   their disks turned; the next one only after the in-sync replicas are all back.
 * - `flushed`: any number of machines lose power at once, and nothing is acknowledged before it is synced.
 * - `beyond`: any number lose power, and nothing is synced. Records may be lost then, and no promise is broken; the
 *   loss is said, and the replicas agree again.
 */
export type Budget = 'crashes' | 'one at a time' | 'flushed' | 'beyond';

export const BUDGETS: readonly Budget[] = ['crashes', 'one at a time', 'flushed', 'beyond'];

export function drawnBudget(random: SeededRandom, nodes: number): Budget {
  const draw = random.fraction();
  if (draw < 0.35) return 'crashes';
  // Alone, a machine is all the replicas there are.
  if (draw < 0.65) return nodes === 1 ? 'flushed' : 'one at a time';
  return draw < 0.9 ? 'flushed' : 'beyond';
}

/** Three nodes as a rule. */
export function drawnNodes(random: SeededRandom): number {
  const draw = random.fraction();
  if (draw < 0.15) return 1;
  return draw < 0.93 ? 3 : 5;
}
