/** What a member of a consumer group is given time for. */
export type TimerKind =
  /** To be heard of. */
  | 'session'
  /** To give up partitions. */
  | 'rebalance'
  /** To join again, by the classic protocol. */
  | 'join'
  /** To fetch its assignment, by the classic protocol. */
  | 'sync';

export interface MemberTimer {
  readonly memberId: string;
  readonly kind: TimerKind;
  readonly atMs: number;
  /** The member epoch that a `rebalance` is to lead out of. */
  readonly epoch: number;
}

/** When members of one group are given up (monotonic). */
export class MemberTimers {
  readonly #timers = new Map<string, MemberTimer>();
  #soonestNewMs: number | null = null;

  set(timer: MemberTimer): void {
    this.#timers.set(`${timer.kind}:${timer.memberId}`, timer);
    this.#soonestNewMs = Math.min(timer.atMs, this.#soonestNewMs ?? timer.atMs);
  }

  setIfAbsent(timer: MemberTimer): void {
    if (!this.#timers.has(`${timer.kind}:${timer.memberId}`)) this.set(timer);
  }

  cancel(kind: TimerKind, memberId: string): void {
    this.#timers.delete(`${kind}:${memberId}`);
  }

  /** The first of those that were set since the last call; null when none was. */
  takeSoonestNewMs(): number | null {
    const soonestMs = this.#soonestNewMs;
    this.#soonestNewMs = null;
    return soonestMs;
  }

  nextMs(): number | null {
    let next: number | null = null;
    for (const { atMs } of this.#timers.values()) if (next === null || atMs < next) next = atMs;
    return next;
  }

  /** Takes out all that is due. */
  takeDue(nowMs: number): MemberTimer[] {
    const due = [...this.#timers].filter(([, { atMs }]) => atMs <= nowMs);
    for (const [key] of due) this.#timers.delete(key);
    return due.map(([, timer]) => timer);
  }
}
