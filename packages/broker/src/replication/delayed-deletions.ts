interface DelayedDeletion {
  readonly offset: number;
  readonly resolve: (errorCode: number) => void;
}

/** Deletions of one partition that its followers have still to follow. */
export class DelayedDeletions {
  #waiting: DelayedDeletion[] = [];

  /** Resolves with `NONE` when no replica has records below `offset` any more, or with the code given to `failAll`. */
  await(offset: number): Promise<number> {
    return new Promise((resolve) => {
      this.#waiting.push({ offset, resolve });
    });
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  completeTo(lowWatermark: number): void {
    const done = this.#waiting.filter(({ offset }) => offset <= lowWatermark);
    if (done.length === 0) return;
    this.#waiting = this.#waiting.filter(({ offset }) => offset > lowWatermark);
    for (const { resolve } of done) resolve(0);
  }

  failAll(errorCode: number): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { resolve } of waiting) resolve(errorCode);
  }
}
