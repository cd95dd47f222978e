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
  /** What was taken out, for a decision that may yet be undone. */
  readonly #taken = new Map<string, MemberTimer>();
  #soonestNewMs: number | null = null;

  set(timer: MemberTimer): void {
    this.#timers.set(keyOf(timer), timer);
    this.#taken.delete(keyOf(timer));
    this.#soonestNewMs = Math.min(timer.atMs, this.#soonestNewMs ?? timer.atMs);
  }

  setIfAbsent(timer: MemberTimer): void {
    if (!this.#timers.has(keyOf(timer))) this.set(timer);
  }

  cancel(kind: TimerKind, memberId: string): void {
    this.#timers.delete(keyOf({ kind, memberId }));
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

  /** Takes out all that is due. Who `hasGone` for good needs none of what was taken out before. */
  takeDue(nowMs: number, hasGone: (memberId: string) => boolean): MemberTimer[] {
    for (const [key, { memberId }] of this.#taken) if (hasGone(memberId)) this.#taken.delete(key);
    const due = [...this.#timers].filter(([, { atMs }]) => atMs <= nowMs);
    for (const [key, timer] of due) {
      this.#timers.delete(key);
      this.#taken.set(key, timer);
    }
    return due.map(([, timer]) => timer);
  }

  /** A decision was undone: what was taken out for it is still due, where the member is there. */
  putBack(isThere: (memberId: string) => boolean): void {
    for (const [key, timer] of this.#taken)
      if (isThere(timer.memberId) && !this.#timers.has(key)) this.#timers.set(key, timer);
    this.#taken.clear();
  }
}

function keyOf({ kind, memberId }: Pick<MemberTimer, 'kind' | 'memberId'>): string {
  return `${kind}:${memberId}`;
}
