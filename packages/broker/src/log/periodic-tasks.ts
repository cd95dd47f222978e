import type { Clock, Timer } from '../runtime/clock.ts';

/** Tasks that are done again and again; each waits for its own end before its next turn is set. */
export class PeriodicTasks {
  readonly #clock: Clock;
  readonly #initialDelayMs: number;
  readonly #timers = new Set<Timer>();
  #isStopped = false;

  constructor(clock: Clock, initialDelayMs: number) {
    this.#clock = clock;
    this.#initialDelayMs = initialDelayMs;
  }

  /** Does `task` every `intervalMs`, the first time after the initial delay if that is shorter. */
  every(intervalMs: number, task: () => Promise<void>): void {
    this.#arm(Math.min(this.#initialDelayMs, intervalMs), intervalMs, task);
  }

  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  #arm(delayMs: number, intervalMs: number, task: () => Promise<void>): void {
    const timer = this.#clock.after(delayMs, () => {
      this.#timers.delete(timer);
      void task().then(() => {
        if (!this.#isStopped) this.#arm(intervalMs, intervalMs, task);
      });
    });
    this.#timers.add(timer);
  }
}
