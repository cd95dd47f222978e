import type { MetadataBatch } from '../raft/loaded-batch.ts';
import type { Clock, Timer } from '../runtime/clock.ts';

/** A decision that a controller had appended, by its place in the log, and who waits for what becomes of it. */
export interface AppendedDecision {
  readonly lastOffset: number;
  settle(isCommitted: boolean): void;
}

/** What a controller had appended and not seen committed when its epoch was over; oldest first. */
export interface OpenDecisions {
  readonly epoch: number;
  readonly decisions: readonly AppendedDecision[];
}

/** How long a node that has ceased to lead waits to hear what became of its last decisions. */
const PATIENCE_MS = 30_000;

/**
 * What this node decided in its last epoch as the controller, until it is known what became of that. Its successor's log
 * has it, with the same epoch at the same place, or goes on without: then it has never been.
 */
export class DeposedSteps {
  readonly #clock: Clock;
  #epoch = -1;
  #open: AppendedDecision[] = [];
  /** Committed, and to be answered when that is published. */
  #unanswered: AppendedDecision[] = [];
  #patience: Timer | null = null;
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  begin({ epoch, decisions }: OpenDecisions): void {
    this.giveUp();
    if (decisions.length === 0) return;
    this.#epoch = epoch;
    this.#open = [...decisions];
    this.#patience = this.#clock.after(PATIENCE_MS, () => this.giveUp());
    if (this.#isClosed) this.#lose();
  }

  /** A batch is committed; all that are below it were told before. */
  take({ epoch, lastOffset }: Pick<MetadataBatch, 'epoch' | 'lastOffset'>): void {
    if (epoch > this.#epoch) this.#lose();
    const [next] = this.#open;
    if (next === undefined || epoch !== this.#epoch || next.lastOffset !== lastOffset) return;
    this.#unanswered.push(next);
    this.#open.shift();
    if (this.#open.length === 0) this.#patience?.cancel();
  }

  /** What was taken so far is published. */
  answer(): void {
    for (const { settle } of this.#unanswered.splice(0)) settle(true);
  }

  /** Nobody is going to tell of the rest. */
  giveUp(): void {
    this.answer();
    this.#lose();
  }

  /** From now on nobody is kept waiting. */
  close(): void {
    this.#isClosed = true;
    this.giveUp();
  }

  #lose(): void {
    this.#patience?.cancel();
    for (const { settle } of this.#open.splice(0)) settle(false);
  }
}
