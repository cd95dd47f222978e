import type { Clock, Timer } from '../../src/runtime/clock.ts';
import type { Logger } from '../../src/runtime/logger.ts';
import type { Random } from '../../src/runtime/random.ts';

/** A clock that stands still until it is told the time. */
export class ManualClock implements Clock {
  nowMs = 1_700_000_000_000;
  #timers: { readonly dueMs: number; readonly task: () => void }[] = [];

  wallMs(): number {
    return this.nowMs;
  }

  monotonicMs(): number {
    return this.nowMs;
  }

  soon(task: () => void): void {
    setImmediate(task);
  }

  after(delayMs: number, task: () => void): Timer {
    const timer = { dueMs: this.nowMs + delayMs, task };
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      },
    };
  }

  /** Lets time pass and runs what has become due, in order. */
  advance(ms: number): void {
    this.nowMs += ms;
    const due = this.#timers.filter(({ dueMs }) => dueMs <= this.nowMs);
    this.#timers = this.#timers.filter(({ dueMs }) => dueMs > this.nowMs);
    for (const { task } of due.sort((left, right) => left.dueMs - right.dueMs)) task();
  }
}

/** Chance that counts up, so that what was drawn can be told by its order. */
export class CountingRandom implements Random {
  #drawn = 0;

  uint32(): number {
    return this.#drawn++;
  }

  uuid(): string {
    const bytes = Buffer.alloc(16);
    bytes.writeUInt32BE(0xc0ffee, 0);
    bytes.writeUInt32BE(++this.#drawn, 12);
    return bytes.toString('base64url');
  }
}

export const silentLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLogger,
};
