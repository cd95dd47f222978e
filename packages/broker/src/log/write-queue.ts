/**
 * The one writer of a log. Appends are written in the order they came: those of one turn of the event loop together,
 * and while a write is in flight later ones queue, and the next write takes all of them. A task runs alone, between
 * two writes.
 */
export class WriteQueue<Append> {
  readonly #write: (appends: readonly Append[]) => Promise<void>;
  readonly #soon: (task: () => void) => void;
  #items: (Append | ExclusiveTask)[] = [];
  #isDraining = false;

  /** `write` must not reject: it tells each append itself what became of it. `soon` is that of the clock. */
  constructor(write: (appends: readonly Append[]) => Promise<void>, soon: (task: () => void) => void) {
    this.#write = write;
    this.#soon = soon;
  }

  push(append: Append): void {
    this.#items.push(append);
    this.#start();
  }

  /** Takes back the appends that are queued and not begun; tasks stay. */
  withdraw(): Append[] {
    const appends: Append[] = [];
    const tasks: ExclusiveTask[] = [];
    for (const item of this.#items) {
      if (item instanceof ExclusiveTask) tasks.push(item);
      else appends.push(item);
    }
    this.#items = tasks;
    return appends;
  }

  /** Runs `task` behind all that is queued. Rejects with what the task threw; the queue goes on. */
  exclusively<Result>(task: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#items.push(new ExclusiveTask(() => task().then(resolve, reject)));
      this.#start();
    });
  }

  #start(): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    this.#soon(() => void this.#drain());
  }

  async #drain(): Promise<void> {
    while (this.#items.length > 0) {
      const items = this.#items;
      const [first] = items;
      if (first instanceof ExclusiveTask) {
        this.#items = items.slice(1);
        await first.run();
        continue;
      }
      const appends: Append[] = [];
      for (const item of items) {
        if (item instanceof ExclusiveTask) break;
        appends.push(item);
      }
      this.#items = items.slice(appends.length);
      await this.#write(appends);
    }
    this.#isDraining = false;
  }
}

class ExclusiveTask {
  readonly run: () => Promise<void>;

  constructor(run: () => Promise<void>) {
    this.run = run;
  }
}
