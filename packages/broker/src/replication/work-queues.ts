/**
 * Tasks by name: those of one name run one after another, those of different names side by side, a bounded number at
 * a time. A task that fails is reported and does not keep the next one of its name from running.
 */
export class WorkQueues {
  readonly #limit: number;
  readonly #onFailure: (name: string, error: unknown) => void;
  /** The last task of each name that has any. */
  readonly #last = new Map<string, Promise<void>>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(limit: number, onFailure: (name: string, error: unknown) => void) {
    this.#limit = limit;
    this.#onFailure = onFailure;
  }

  /** Whether a task of that name is not done. */
  has(name: string): boolean {
    return this.#last.has(name);
  }

  add(name: string, task: () => Promise<void>): void {
    const before = this.#last.get(name) ?? Promise.resolve();
    const last: Promise<void> = before
      .then(() => this.#run(name, task))
      .then(() => {
        if (this.#last.get(name) === last) this.#last.delete(name);
      });
    this.#last.set(name, last);
  }

  /** Resolves when nothing is left to do. */
  async idle(): Promise<void> {
    while (this.#last.size > 0) await Promise.all(this.#last.values());
  }

  async #run(name: string, task: () => Promise<void>): Promise<void> {
    if (this.#running >= this.#limit) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    this.#running += 1;
    try {
      await task();
    } catch (error) {
      this.#onFailure(name, error);
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }
}
