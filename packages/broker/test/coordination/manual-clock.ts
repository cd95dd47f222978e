import type { Clock, Timer } from '../../src/runtime/clock.ts';

/** A clock that a test moves; its wall time starts far from its monotonic time, so that a mix-up shows. */
export class ManualClock implements Clock {
  static readonly wallStartMs = 1_700_000_000_000;
  /** By how much the wall clock was turned forward, or back. */
  turnedByMs = 0;
  #nowMs = 0;
  #timers: { readonly atMs: number; readonly task: () => void }[] = [];

  wallMs(): number {
    return ManualClock.wallStartMs + this.turnedByMs + this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  soon(task: () => void): void {
    setImmediate(task);
  }

  after(delayMs: number, task: () => void): Timer {
    const timer = { atMs: this.#nowMs + delayMs, task };
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      },
    };
  }

  /** Runs what is due, one task after another, with the continuations of promises in between. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await settle();
    for (let timer = this.#takeDue(untilMs); timer !== null; timer = this.#takeDue(untilMs)) {
      this.#nowMs = Math.max(this.#nowMs, timer.atMs);
      timer.task();
      await settle();
    }
    this.#nowMs = untilMs;
  }

  #takeDue(untilMs: number): { readonly atMs: number; readonly task: () => void } | null {
    const [first] = this.#timers.toSorted((a, b) => a.atMs - b.atMs);
    if (first === undefined || first.atMs > untilMs) return null;
    this.#timers = this.#timers.filter((other) => other !== first);
    return first;
  }
}

/** Lets the continuations of all settled promises run. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
