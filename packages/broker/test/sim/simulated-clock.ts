import type { Clock, Timer } from '../../src/runtime/clock.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { Incarnation } from './incarnation.ts';
import type { VirtualTime } from './virtual-time.ts';

/** When every simulation begins, on a clock that goes right. */
export const EPOCH_MS = 1_790_000_000_000;

/** How late a timer may fire. */
const LATENESS_MS = 2;

/** Virtual time as one process sees it; its wall clock is wrong by `skewMs`, which may change. */
export function simulatedClock(
  time: VirtualTime,
  incarnation: Incarnation,
  { random, skewMs }: { random: SeededRandom; skewMs: () => number },
): Clock {
  const startedMs = time.nowMs;
  return {
    wallMs: () => Math.floor(EPOCH_MS + time.nowMs + skewMs()),
    monotonicMs: () => time.nowMs - startedMs,
    after: (delayMs: number, task: () => void): Timer =>
      incarnation.after(delayMs + random.fraction() * LATENESS_MS, 'timer', task),
    soon: (task) => void incarnation.after(0, 'soon', task),
  };
}
