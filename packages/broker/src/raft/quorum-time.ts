import type { Clock } from '../runtime/clock.ts';

/**
 * The time by which the quorum's patience is measured. It stands still while the node writes down its epoch or its vote:
 * nothing goes out before that is on disk, so nobody can answer, and what did not come in that time was not late.
 */
export class QuorumTime {
  readonly #clock: Clock;
  #stoodStillMs = 0;
  #standsSinceMs: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get stands(): boolean {
    return this.#standsSinceMs !== null;
  }

  /** Milliseconds that only grow. */
  get nowMs(): number {
    return (this.#standsSinceMs ?? this.#clock.monotonicMs()) - this.#stoodStillMs;
  }

  /** Resolves with how long it took. One at a time. Rejects as `work` does. */
  async standStillFor(work: Promise<void>): Promise<number> {
    const sinceMs = this.#clock.monotonicMs();
    this.#standsSinceMs = sinceMs;
    try {
      await work;
    } finally {
      this.#stoodStillMs += this.#clock.monotonicMs() - sinceMs;
      this.#standsSinceMs = null;
    }
    return this.#clock.monotonicMs() - sinceMs;
  }
}
