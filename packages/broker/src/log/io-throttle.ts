import type { Clock } from '../runtime/clock.ts';

/** The longest a caller waits before it looks whether it is still wanted. */
const WAIT_MS_MAX = 100;

/** Below this a debt is left to grow: no timer is worth so short a wait. */
const WAIT_MS_MIN = 5;

/** Holds reads and writes of all cleaners together to a rate. */
export class IoThrottle {
  readonly #clock: Clock;
  #bytesPerSecond: number;
  /** Bytes let through ahead of time, as of `#asOfMs`. */
  #owedBytes = 0;
  #asOfMs = 0;

  constructor(clock: Clock, bytesPerSecond: number) {
    this.#clock = clock;
    this.#bytesPerSecond = bytesPerSecond;
  }

  /** From now on another rate, also for those who wait. */
  changeRate(bytesPerSecond: number): void {
    this.#settle();
    this.#bytesPerSecond = bytesPerSecond;
  }

  /** Resolves when more bytes may follow the given ones, or when the caller is aborted. */
  async pass(bytes: number, turn: { readonly isAborted: boolean }): Promise<void> {
    this.#settle();
    this.#owedBytes += bytes;
    while (!turn.isAborted) {
      const waitMs = (this.#owedBytes / this.#bytesPerSecond) * 1000;
      if (waitMs < WAIT_MS_MIN) return;
      await new Promise<void>((resolve) => {
        this.#clock.after(Math.min(waitMs, WAIT_MS_MAX), resolve);
      });
      this.#settle();
    }
  }

  #settle(): void {
    const nowMs = this.#clock.monotonicMs();
    const paid = ((nowMs - this.#asOfMs) / 1000) * this.#bytesPerSecond;
    this.#owedBytes = Math.max(0, this.#owedBytes - paid);
    this.#asOfMs = nowMs;
  }
}
