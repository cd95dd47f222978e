import type { Clock } from '../runtime/clock.ts';

export interface RateWindows {
  /** How many windows are remembered, the present one with them. */
  readonly count: number;
  readonly lengthMs: number;
}

interface Window {
  readonly beganMs: number;
  amount: number;
}

/**
 * A rate over the last windows of time, as Kafka's SimpleRate: what was noted in them, by the time since the first of
 * them began, which counts as one window at least.
 */
export class WindowedRate {
  readonly #clock: Clock;
  readonly #windows: RateWindows;
  #remembered: Window[] = [];

  constructor(clock: Clock, windows: RateWindows) {
    this.#clock = clock;
    this.#windows = windows;
  }

  note(amount: number): void {
    const nowMs = this.#clock.monotonicMs();
    this.#forgetBefore(nowMs);
    const last = this.#remembered.at(-1);
    if (last !== undefined && nowMs - last.beganMs < this.#windows.lengthMs) last.amount += amount;
    else this.#remembered.push({ beganMs: nowMs, amount });
  }

  perSecond(): number {
    const nowMs = this.#clock.monotonicMs();
    this.#forgetBefore(nowMs);
    const first = this.#remembered[0];
    if (first === undefined) return 0;
    const sum = this.#remembered.reduce((total, { amount }) => total + amount, 0);
    return (sum * 1000) / Math.max(nowMs - first.beganMs, this.#windows.lengthMs);
  }

  #forgetBefore(nowMs: number): void {
    const oldestMs = nowMs - this.#windows.count * this.#windows.lengthMs;
    const first = this.#remembered[0];
    if (first === undefined || first.beganMs > oldestMs) return;
    this.#remembered = this.#remembered.filter(({ beganMs }) => beganMs > oldestMs);
  }
}
