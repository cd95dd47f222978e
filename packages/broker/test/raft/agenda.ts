/** What is to happen at which virtual millisecond; what falls on the same one happens in the order it was put there. */
export class Agenda {
  readonly #byMs: (() => void)[][] = [];
  nowMs = 0;

  at(atMs: number, task: () => void): void {
    const dueMs = Math.max(this.nowMs, Math.ceil(atMs));
    this.#byMs[dueMs] ??= [];
    this.#byMs[dueMs]?.push(task);
  }

  after(delayMs: number, task: () => void): void {
    this.at(this.nowMs + delayMs, task);
  }

  runUntil(untilMs: number): void {
    for (; this.nowMs <= untilMs; this.nowMs++) {
      const tasks = this.#byMs[this.nowMs] ?? [];
      // A task may put others on the same millisecond.
      for (let index = 0; index < tasks.length; index++) tasks[index]?.();
      delete this.#byMs[this.nowMs];
    }
  }
}
