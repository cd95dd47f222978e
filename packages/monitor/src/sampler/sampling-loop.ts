/** Runs a task again and again, one run at a time. */
export class SamplingLoop {
  readonly #run: () => Promise<number>;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> = Promise.resolve();
  #fresh: Promise<void> | null = null;
  #isClosed = false;

  /** `run` never rejects; it resolves with how long to wait until the next run, in ms. */
  constructor(run: () => Promise<number>) {
    this.#run = run;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  start(): void {
    this.#schedule(0);
  }

  /** Resolves after a run that was begun after this call. Callers that come before it begins share it. */
  fresh(): Promise<void> {
    this.#fresh ??= this.#running.then(() => {
      this.#fresh = null;
      if (this.#isClosed) return;
      clearTimeout(this.#timer ?? undefined);
      this.#running = this.#runOnce();
      return this.#running;
    });
    return this.#fresh;
  }

  /** No run begins any more; resolves when the one under way has ended. */
  close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer ?? undefined);
    return this.#running;
  }

  #schedule(delayMs: number): void {
    if (!this.#isClosed) {
      this.#timer = setTimeout(() => {
        this.#running = this.#runOnce();
      }, delayMs);
    }
  }

  async #runOnce(): Promise<void> {
    this.#schedule(await this.#run());
  }
}
