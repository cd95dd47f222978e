/** One cleaning of a log, as long as it is wanted. */
export interface CleaningTurn {
  /** Somebody wants to change what is being cleaned; the cleaning is to end, and what it wrote is worth nothing. */
  readonly isAborted: boolean;
}

/**
 * Keeps the cleaner of a log apart from those who cut the log off, or take it away: they abort a cleaning that is
 * under way, and hold off the next until they are done.
 */
export class CleaningGuard {
  #turn: { isAborted: boolean; ended: PromiseWithResolvers<void> } | null = null;
  #pauses = 0;

  get isPaused(): boolean {
    return this.#pauses > 0;
  }

  /** Whether the log is being cleaned. */
  get isBusy(): boolean {
    return this.#turn !== null;
  }

  /** Runs a cleaning; null, without running it, while the log is paused or being cleaned. */
  async clean<Result>(task: (turn: CleaningTurn) => Promise<Result>): Promise<Result | null> {
    if (this.#turn !== null || this.isPaused) return null;
    const turn = { isAborted: false, ended: Promise.withResolvers<void>() };
    this.#turn = turn;
    try {
      return await task(turn);
    } finally {
      this.#turn = null;
      turn.ended.resolve();
    }
  }

  /**
   * Ends a cleaning that is under way, and begins none until `resume` was called as often. Resolves when there is
   * none. Not to be called from within the log's write queue: the cleaning may be waiting for it.
   */
  async pause(): Promise<void> {
    this.#pauses++;
    const turn = this.#turn;
    if (turn === null) return;
    turn.isAborted = true;
    await turn.ended.promise;
  }

  resume(): void {
    this.#pauses--;
  }
}
