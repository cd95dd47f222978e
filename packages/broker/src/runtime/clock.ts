/**
 * The port through which every room sees time. Nothing above `runtime/` reads `Date`, `performance` or sets a
 * timer of its own, so that a whole cluster can run at virtual time in `test/sim`.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch; may jump in either direction. For record timestamps and retention. */
  wallMs(): number;
  /** Milliseconds since an arbitrary start; never goes backwards. For timeouts and intervals. */
  monotonicMs(): number;
  /** Runs `task` once, no earlier than `delayMs` from now, never within this call. */
  after(delayMs: number, task: () => void): Timer;
  /** Runs `task` when all that has happened by now is dealt with, so that what happens together is done together. */
  soon(task: () => void): void;
}

/** A pending task of a {@link Clock}. */
export interface Timer {
  /** After this call the task does not run; calling it again, or after the task ran, does nothing. */
  cancel(): void;
}
