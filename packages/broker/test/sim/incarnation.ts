import type { Scheduled, VirtualTime } from './virtual-time.ts';

/**
 * One life of a process, from its start to its end by whatever cause. Everything that its ports have scheduled dies
 * with it: no call resolves and no timer fires afterwards.
 */
export class Incarnation {
  readonly name: string;
  readonly #time: VirtualTime;
  #isAlive = true;

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

  /** Runs `task` in `delayMs`, unless the process has ended by then. */
  after(delayMs: number, label: string, task: () => void): Scheduled {
    return this.#time.after(delayMs, `${this.name} ${label}`, () => {
      if (this.#isAlive) task();
    });
  }
}
