import type { Durations } from './metrics.ts';

/** Upper bounds in milliseconds: a request from memory takes less than the first, one that waits up to the last. */
const BOUNDS_MS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];

/** How often durations fell below each of some bounds, and their sum. */
export class DurationHistogram implements Durations {
  /** Not yet summed up: each duration is counted once, under the smallest bound that it does not exceed. */
  readonly #counts = new Float64Array(BOUNDS_MS.length + 1);
  #sumMs = 0;

  note(milliseconds: number): void {
    let bucket = 0;
    while (bucket < BOUNDS_MS.length && milliseconds > (BOUNDS_MS[bucket] ?? 0)) bucket += 1;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sumMs += milliseconds;
  }

  get sumSeconds(): number {
    return this.#sumMs / 1000;
  }

  /** By bound in seconds, how many durations did not exceed it; the last, without bound, is how many there were. */
  *cumulative(): Generator<{ readonly boundSeconds: number; readonly count: number }> {
    let count = 0;
    for (const [bucket, own] of this.#counts.entries()) {
      count += own;
      const bound = BOUNDS_MS[bucket];
      yield { boundSeconds: bound === undefined ? Number.POSITIVE_INFINITY : bound / 1000, count };
    }
  }
}
