import type { Scheduled, VirtualTime } from './virtual-time.ts';

/** Between things that a paused process does one after another when it goes on. */
const STEP_MS = 0.001;

/**
 * One life of a process, from its start to its end by whatever cause. Everything that its ports have scheduled dies
 * with it: no call resolves and no timer fires afterwards. While it is paused nothing happens in it; what was due
 * meanwhile happens, in order, when it goes on.
 */
export class Incarnation {
  readonly name: string;
  readonly #time: VirtualTime;
  readonly #due: (() => void)[] = [];
  #isAlive = true;
  #isPaused = false;

  constructor(name: string, time: VirtualTime) {
    this.name = name;
    this.#time = time;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  end(): void {
    this.#isAlive = false;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#goOn();
  }

  /** Runs `task` in `delayMs`, unless the process has ended by then. */
  after(delayMs: number, label: string, task: () => void): Scheduled {
    let isCancelled = false;
    const scheduled = this.#time.after(delayMs, `${this.name} ${label}`, () => {
      if (!this.#isAlive) return;
      // What is due behind something that waits waits too.
      if (!this.#isPaused && this.#due.length === 0) task();
      else this.#due.push(() => (isCancelled ? undefined : task()));
    });
    return {
      cancel: () => {
        isCancelled = true;
        scheduled.cancel();
      },
    };
  }

  #goOn(): void {
    if (this.#due.length === 0) return;
    this.#time.after(STEP_MS, `${this.name} goes on`, () => {
      if (!this.#isAlive || this.#isPaused) return;
      this.#due.shift()?.();
      this.#goOn();
    });
  }
}
