/** Lets only so many tasks run at once; the others wait in the order they came. */
export class Slots {
  #count: number;
  #taken = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#count = count;
  }

  /** From now on so many; tasks that run already are left to end. */
  resize(count: number): void {
    this.#count = count;
    this.#admit();
  }

  /** Runs `task` when a slot is free, and passes its outcome on. */
  async run<Result>(task: () => Promise<Result>): Promise<Result> {
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      this.#admit();
    });
    try {
      return await task();
    } finally {
      this.#taken--;
      this.#admit();
    }
  }

  #admit(): void {
    while (this.#taken < this.#count) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#taken++;
      next();
    }
  }
}
