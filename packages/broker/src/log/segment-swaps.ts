/**
 * Keeps those who read a log's files apart from the moment in which cleaned segments take the places, and the names,
 * of others: what was read across such a moment may be of two logs at once.
 */
export class SegmentSwaps {
  #count = 0;
  #current: Promise<void> | null = null;

  /** Runs `swap`, which renames files, while nobody begins to read. Rejects as it does. */
  async swap(swap: () => Promise<void>): Promise<void> {
    this.#count++;
    const swapping = swap();
    this.#current = swapping.catch(() => {});
    try {
      await swapping;
    } finally {
      this.#current = null;
    }
  }

  /** What `read` finds, or rejects with, between two swaps; it is begun anew when one came in between. */
  async steady<Result>(read: () => Promise<Result> | Result): Promise<Result> {
    for (;;) {
      while (this.#current !== null) await this.#current;
      const count = this.#count;
      try {
        const result = await read();
        if (count === this.#count) return result;
      } catch (error) {
        if (count === this.#count) throw error;
      }
    }
  }
}
