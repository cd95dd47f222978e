import type { DemoPhase } from '@odradek/contract';

/** What the group does for how long; the whole is one loop of two minutes. */
export interface PhasePlan {
  readonly phase: DemoPhase;
  readonly lastsMs: number;
  /** Records the group reads per second; null: as fast as it can; 0: it has left. */
  readonly recordsPerSecond: number | null;
}

/** Orders placed per second, in all phases. */
export const ORDERS_PER_SECOND = 20;

/**
 * Long enough for each verdict to be seen at the usual settings: ten commits a second apart fill a window, so WARN
 * comes ten seconds after the group fell behind, and STOP ten seconds after it left.
 */
export const demoLoop: readonly PhasePlan[] = [
  { phase: 'keeping-up', lastsMs: 30_000, recordsPerSecond: null },
  { phase: 'falling-behind', lastsMs: 35_000, recordsPerSecond: ORDERS_PER_SECOND * 0.4 },
  { phase: 'stopped', lastsMs: 30_000, recordsPerSecond: 0 },
  { phase: 'recovering', lastsMs: 25_000, recordsPerSecond: null },
];

/** The phase of that moment of the loop. */
export function phaseAt(elapsedMs: number): PhasePlan {
  const loopMs = demoLoop.reduce((sum, { lastsMs }) => sum + lastsMs, 0);
  let left = elapsedMs % loopMs;
  for (const plan of demoLoop) {
    if (left < plan.lastsMs) {
      return plan;
    }
    left -= plan.lastsMs;
  }
  throw new Error('the phases of the demo add up to its loop');
}
