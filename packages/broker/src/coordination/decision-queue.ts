import { ErrorCode } from '../protocol/errors.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import { appendErrorToResponse } from './append-error.ts';
import type { Answer, DecisionNote } from './coordinator-machine.ts';

/** A decision whose records are not committed yet, or which waits for an earlier one's. */
export interface PendingDecision {
  readonly mark: number;
  readonly answers: readonly Answer[];
  readonly notes: readonly DecisionNote[];
  /** The request that was decided about, which the machine may have kept. */
  readonly request: { fail(errorCode: number): void } | null;
  /** When its answers have waited long enough (monotonic). */
  readonly expiresAtMs: number;
  committed: boolean;
}

/** Decisions in the order in which they were made, until they are committed or lost. */
export class DecisionQueue {
  readonly #clock: Clock;
  readonly #committed: (decision: PendingDecision) => void;
  readonly #pending: PendingDecision[] = [];
  #expiryTimer: Timer | null = null;

  /** `committed` is told of each decision for which, as for all before it, nothing is waited for any more. */
  constructor(clock: Clock, committed: (decision: PendingDecision) => void) {
    this.#clock = clock;
    this.#committed = committed;
  }

  add(decision: PendingDecision): void {
    this.#pending.push(decision);
  }

  /** Lets those go that are committed, up to the first that is not, and releases their answers. */
  release(): void {
    for (let first = this.#pending[0]; first?.committed === true; first = this.#pending[0]) {
      this.#pending.shift();
      this.#committed(first);
      for (const answer of first.answers) answer.release();
    }
    this.#armExpiry();
  }

  /** Takes a decision out, with all that were made after it; none when it is not here any more. */
  takeFrom(first: PendingDecision): readonly PendingDecision[] {
    const index = this.#pending.indexOf(first);
    return index < 0 ? [] : this.#pending.splice(index);
  }

  clear(): void {
    this.#expiryTimer?.cancel();
    this.#pending.length = 0;
  }

  /** One timer for the oldest decision: they were all given the same time. */
  #armExpiry(): void {
    const [first] = this.#pending;
    if (first === undefined) {
      this.#expiryTimer?.cancel();
      this.#expiryTimer = null;
    } else if (this.#expiryTimer === null) this.#expireAt(first.expiresAtMs);
  }

  #expireAt(atMs: number): void {
    const delayMs = Math.max(0, atMs - this.#clock.monotonicMs());
    this.#expiryTimer = this.#clock.after(delayMs, () => {
      this.#expiryTimer = null;
      this.#expireWaiting();
    });
  }

  /** The records may still be committed; only those who wait are let go. */
  #expireWaiting(): void {
    const nowMs = this.#clock.monotonicMs();
    for (const decision of this.#pending) {
      if (decision.expiresAtMs > nowMs) break;
      for (const answer of decision.answers) answer.fail(appendErrorToResponse(ErrorCode.REQUEST_TIMED_OUT));
    }
    const waiting = this.#pending.find((decision) => decision.expiresAtMs > nowMs);
    if (waiting !== undefined) this.#expireAt(waiting.expiresAtMs);
  }
}
