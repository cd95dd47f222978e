/** What is to happen at which virtual millisecond; what falls on the same one happens in the order it was put there. */
export class Agenda {
  readonly #byMs: (() => void)[][] = [];
  nowMs = 0;

  at(atMs: number, task: () => void): void {
    const dueMs = Math.max(this.nowMs, Math.ceil(atMs));
    this.#byMs[dueMs] ??= [];
    this.#byMs[dueMs]?.push(task);
  }

  /** At this very millisecond, behind what is there for it already. */
  now(task: () => void): void {
    this.at(this.nowMs, task);
  }

  /** Everything of this millisecond, and no time passes. */
  settle(): void {
    this.#run(this.nowMs);
  }

  after(delayMs: number, task: () => void): void {
    this.at(this.nowMs + delayMs, task);
  }

  runUntil(untilMs: number): void {
    this.#run(this.nowMs);
    while (this.nowMs < untilMs) {
      this.nowMs++;
      this.#run(this.nowMs);
    }
  }

  #run(ms: number): void {
    for (;;) {
      // A task may put others on the same millisecond.
      const task = this.#byMs[ms]?.shift();
      if (task === undefined) break;
      task();
    }
    delete this.#byMs[ms];
  }
}
