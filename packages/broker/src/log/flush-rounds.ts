/** Makes one log durable up to where it is written when it is called; never rejects. */
export type FlushTask = () => Promise<void>;

/**
 * The group commit of a log directory. Logs that have something to flush ask for a turn; those that ask in one turn
 * of the event loop, or while a round is under way, are flushed together in the next round, so that the file system
 * commits for all of them at once.
 */
export class FlushRounds {
  readonly #atEndOfTurn: (task: () => void) => void;
  #asked = new Set<FlushTask>();
  #isScheduled = false;

  constructor(atEndOfTurn: (task: () => void) => void) {
    this.#atEndOfTurn = atEndOfTurn;
  }

  /** Has `flush` called in the next round, once however often it asks. */
  ask(flush: FlushTask): void {
    this.#asked.add(flush);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#atEndOfTurn(() => void this.#run());
  }

  async #run(): Promise<void> {
    while (this.#asked.size > 0) {
      const round = [...this.#asked];
      this.#asked = new Set();
      await Promise.all(round.map((flush) => flush()));
    }
    this.#isScheduled = false;
  }
}
