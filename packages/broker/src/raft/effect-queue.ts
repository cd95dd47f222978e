import type { RaftEffect } from './raft-event.ts';

/**
 * Carries effects out one after another. One that takes its time holds up all that come after it: so a vote that is
 * stored is on disk before it is answered.
 */
export class EffectQueue {
  readonly #carryOut: (effect: RaftEffect) => Promise<void> | null;
  readonly #onFailed: (reason: unknown) => void;
  #waiting: RaftEffect[] = [];
  #isBusy = false;
  #isClosed = false;

  constructor(carryOut: (effect: RaftEffect) => Promise<void> | null, onFailed: (reason: unknown) => void) {
    this.#carryOut = carryOut;
    this.#onFailed = onFailed;
  }

  add(effects: readonly RaftEffect[]): void {
    this.#waiting.push(...effects);
    this.#drain();
  }

  /** Nothing that waits is carried out any more. */
  close(): void {
    this.#isClosed = true;
    this.#waiting = [];
  }

  #drain(): void {
    while (!this.#isBusy && !this.#isClosed) {
      const effect = this.#waiting.shift();
      if (effect === undefined) return;
      // What an effect leads to at once is queued behind those that came with it.
      this.#isBusy = true;
      const done = this.#carryOut(effect);
      if (done !== null) {
        void this.#waitFor(done);
        return;
      }
      this.#isBusy = false;
    }
  }

  async #waitFor(done: Promise<void>): Promise<void> {
    try {
      await done;
    } catch (reason) {
      // The seam of the quorum's disk: it refused, and nothing that rests on it may go out.
      this.close();
      this.#onFailed(reason);
      return;
    }
    this.#isBusy = false;
    this.#drain();
  }
}
