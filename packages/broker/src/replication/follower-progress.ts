/** The last fetch of a follower, for all partitions of one fetch session. */
export interface FollowerPulse {
  /** Monotonic. */
  readonly lastFetchMs: number;
  /** Of its registration then; -1 where the fetch did not say. A process may be registered anew while its session goes on. */
  readonly brokerEpoch: number;
}

/** How far a follower has come, as its fetch says. */
export interface FollowerFetch {
  readonly replicaId: number;
  readonly brokerEpoch: number;
  /** It has written everything below, and flushed it where that is what counts. */
  readonly fetchOffset: number;
  readonly logStartOffset: number;
  /** Of the session by which it goes on, without naming the partition again while nothing moves; null without one. */
  readonly pulse: FollowerPulse | null;
}

/** What the leader knows of a follower's copy of the log. Times are monotonic milliseconds. */
export class FollowerProgress {
  /** The end of its log as of its last fetch; -1 until it has fetched from this leader. */
  logEndOffset = -1;
  logStartOffset = -1;
  /** The last moment that was noted at which it had everything the leader had. */
  #lastCaughtUpMs: number;
  #lastFetchMs = Number.NEGATIVE_INFINITY;
  /** Where the leader's log ended at the last fetch. */
  #leaderEndAtLastFetch = Number.POSITIVE_INFINITY;
  #brokerEpoch = -1;
  #pulse: FollowerPulse | null = null;

  /** Who is in sync has as long as anybody to be heard of by a new leader. */
  constructor(isInSync: boolean, nowMs: number) {
    this.#lastCaughtUpMs = isInSync ? nowMs : Number.NEGATIVE_INFINITY;
  }

  fetched(fetch: FollowerFetch, leaderEndOffset: number, nowMs: number): void {
    // Having at this fetch what the leader had at the last one, it was caught up then.
    if (fetch.fetchOffset >= leaderEndOffset) this.#lastCaughtUpMs = nowMs;
    else if (fetch.fetchOffset >= this.#leaderEndAtLastFetch) this.#wasCaughtUpAt(this.#lastFetchMs);
    this.logEndOffset = fetch.fetchOffset;
    this.logStartOffset = fetch.logStartOffset;
    this.#brokerEpoch = fetch.brokerEpoch;
    this.#leaderEndAtLastFetch = leaderEndOffset;
    this.#lastFetchMs = nowMs;
    this.#pulse = fetch.pulse;
  }

  /** The leader's log ends elsewhere from now on: until its session's last fetch the follower had all of it. */
  leaderEndMoves(formerEndOffset: number): void {
    if (this.#pulse !== null && this.logEndOffset === formerEndOffset) {
      this.#wasCaughtUpAt(this.#pulse.lastFetchMs);
    }
  }

  /** The session goes on without the partition, or is over. */
  left(pulse: FollowerPulse, leaderEndOffset: number): void {
    if (this.#pulse !== pulse) return;
    this.leaderEndMoves(leaderEndOffset);
    this.#brokerEpoch = pulse.brokerEpoch;
    this.#pulse = null;
  }

  /** Of the registration by which it has fetched last, if only by its session; -1 where the fetch did not say. */
  get brokerEpoch(): number {
    return this.#pulse?.brokerEpoch ?? this.#brokerEpoch;
  }

  /** Whether it has fetched lately, if only by its session. */
  hasFetchedWithin(ms: number, nowMs: number): boolean {
    return nowMs - Math.max(this.#lastFetchMs, this.#pulse?.lastFetchMs ?? this.#lastFetchMs) <= ms;
  }

  isCaughtUp(leaderEndOffset: number, nowMs: number, maxLagMs: number): boolean {
    return this.logEndOffset === leaderEndOffset || nowMs - this.#lastCaughtUpMs <= maxLagMs;
  }

  /** The last moment at which it had everything the leader had. */
  lastCaughtUpMs(leaderEndOffset: number): number {
    if (this.#pulse === null || this.logEndOffset !== leaderEndOffset) return this.#lastCaughtUpMs;
    return Math.max(this.#lastCaughtUpMs, this.#pulse.lastFetchMs);
  }

  #wasCaughtUpAt(ms: number): void {
    this.#lastCaughtUpMs = Math.max(this.#lastCaughtUpMs, ms);
  }
}
