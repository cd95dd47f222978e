/** Whether a partition's log may be changed just now. */
export class PartitionHold {
  #ended: Promise<void> | null = null;

  get isHeld(): boolean {
    return this.#ended !== null;
  }

  /** Resolves when the log may be changed again; null where it may. */
  get ended(): Promise<void> | null {
    return this.#ended;
  }

  /** Nobody changes the log until `task` is done. */
  async during(task: () => Promise<void>): Promise<void> {
    const ended = Promise.withResolvers<void>();
    this.#ended = ended.promise;
    try {
      await task();
    } finally {
      this.#ended = null;
      ended.resolve();
    }
  }
}
