interface Waiting {
  readonly offset: number;
  resolve(): void;
  reject(reason: unknown): void;
}

/** Who waits for records to be committed. */
export class CommitWaiters {
  #waiting: Waiting[] = [];

  /** Resolves when the record is committed, rejects when the quorum is over before. */
  through(offset: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ offset, resolve, reject });
    });
  }

  committed(highWatermark: number): void {
    const released = this.#waiting.filter(({ offset }) => offset < highWatermark);
    this.#waiting = this.#waiting.filter(({ offset }) => offset >= highWatermark);
    for (const { resolve } of released) resolve();
  }

  stop(reason: unknown): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) reject(reason);
  }
}
