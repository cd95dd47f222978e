import type { PartitionWatch, WatchedPartition } from '../replication/delayed-fetch.ts';
import type { FollowerPulse } from '../replication/follower-progress.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import { GrowthPace } from './growth-pace.ts';

/** A partition as a follower's session follows it. */
export interface FollowedByFetch {
  watched(isolation: 'log-end'): WatchedPartition;
  followerLeft(replicaId: number, pulse: FollowerPulse): void;
}

export interface SessionInterestOptions {
  readonly replicaId: number;
  readonly clock: Clock;
  /** Whether a fetch that waits is answered as soon as an offset has moved that it tells, without a record. */
  readonly tellsMoves: boolean;
}

/**
 * While much is appended, an answer waits after its first records, so that more go with it: as long as more came within
 * the last moment, and for so many moments at most.
 */
const GATHER_MS = 1;
const GATHER_MOMENTS = 3;

/** As many bytes are enough for one answer. */
const GATHERED_BYTES = 512 * 1024;

/**
 * So many answers go out at once after one that waited for nothing: who sends a batch only when the one before is
 * acknowledged would wait for itself.
 */
const ANSWERS_AFTER_VAIN = 8;

/**
 * Which partitions of a follower's session have something new: those it names and those that have moved since they
 * were read. A fetch costs as much as these are, not as many as the session has.
 */
export class SessionInterest<Subject> implements FollowerPulse {
  readonly #options: SessionInterestOptions;
  /** To be read by the next fetch, those first that wait for longest. */
  readonly #due = new Set<PartitionInterest<Subject>>();
  /** Those that have moved since the present fetch began. */
  readonly #stirred = new Set<PartitionInterest<Subject>>();
  #size = 0;
  #lastFetchMs = Number.NEGATIVE_INFINITY;
  #brokerEpoch = -1;
  #grownBytes = 0;
  #isUrgent = false;
  readonly #pace = new GrowthPace();
  /** Ends the waiting of a fetch. */
  #wake: (() => void) | null = null;
  /** Of the fetch that waits: when it is answered at the latest. */
  #timer: Timer | null = null;
  /** How many bytes had grown when the fetch began to gather; -1 while it does not. */
  #gatheringFrom = -1;
  /** How many had when the present moment of gathering began, and how many moments may still come. */
  #momentFrom = 0;
  #momentsLeft = 0;
  /** How many answers are not to gather. */
  #hastyAnswers = 0;
  /** What the fetch that waits lacks. */
  #missingBytes = 0;

  constructor(options: SessionInterestOptions) {
    this.#options = options;
  }

  /** How many partitions the session has. */
  get size(): number {
    return this.#size;
  }

  get replicaId(): number {
    return this.#options.replicaId;
  }

  get lastFetchMs(): number {
    return this.#lastFetchMs;
  }

  get brokerEpoch(): number {
    return this.#brokerEpoch;
  }

  /** A fetch begins, and one that still waits ends: its answer would be of no use. */
  begin(brokerEpoch: number): void {
    this.#wake?.();
    this.#brokerEpoch = brokerEpoch;
    this.#lastFetchMs = this.#options.clock.monotonicMs();
    this.#stirred.clear();
    this.#grownBytes = 0;
    this.#isUrgent = false;
  }

  /** Those to be read, each at the end of the row where it was named just now. */
  get due(): Iterable<PartitionInterest<Subject>> {
    return this.#due;
  }

  /**
   * Resolves when the partitions have grown by as much, and while much is appended a moment later; when one needs to be
   * looked at; or when the time is over.
   */
  async wait(missingBytes: number, maxWaitMs: number): Promise<void> {
    if (this.#isUrgent || this.#grownBytes >= missingBytes) return;
    this.#missingBytes = missingBytes;
    await new Promise<void>((resolve) => {
      this.#wake = () => {
        this.#wake = null;
        if (this.#gatheringFrom === this.#grownBytes) this.#hastyAnswers = ANSWERS_AFTER_VAIN;
        this.#gatheringFrom = -1;
        this.#timer?.cancel();
        resolve();
      };
      this.#wakeAfter(maxWaitMs);
    });
  }

  #wakeAfter(ms: number): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(ms, () => this.#wake?.());
  }

  /** Whatever the fetch waits for, it is answered now. */
  hurry(): void {
    this.#isUrgent = true;
    this.#wake?.();
  }

  /** Takes those that have moved since the fetch began, or since this was asked last. */
  takeStirred(): PartitionInterest<Subject>[] {
    const stirred = [...this.#stirred];
    this.#stirred.clear();
    return stirred;
  }

  add(partition: PartitionInterest<Subject>): void {
    this.#size += 1;
    this.#due.add(partition);
  }

  demand(partition: PartitionInterest<Subject>): void {
    this.#due.delete(partition);
    this.#due.add(partition);
  }

  settle(partition: PartitionInterest<Subject>): void {
    this.#due.delete(partition);
  }

  forget(partition: PartitionInterest<Subject>): void {
    this.#size -= 1;
    this.#due.delete(partition);
    this.#stirred.delete(partition);
  }

  grew(partition: PartitionInterest<Subject>, bytes: number): void {
    this.#stir(partition);
    this.#grownBytes += bytes;
    this.#pace.note(bytes, this.#options.clock.monotonicMs());
    if (this.#wake === null || this.#grownBytes < this.#missingBytes) return;
    if (this.#gatheringFrom < 0) this.#gather();
    if (this.#grownBytes >= GATHERED_BYTES) this.#wake?.();
  }

  /** The fetch that waits has what it wants: it is answered, or waits a moment for more. */
  #gather(): void {
    if (this.#pace.isFast && this.#hastyAnswers === 0) {
      this.#gatheringFrom = this.#grownBytes;
      this.#momentsLeft = GATHER_MOMENTS;
      this.#gatherOn();
      return;
    }
    if (this.#hastyAnswers > 0) this.#hastyAnswers -= 1;
    this.#wake?.();
  }

  #gatherOn(): void {
    this.#momentFrom = this.#grownBytes;
    this.#momentsLeft -= 1;
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(GATHER_MS, () => {
      if (this.#momentsLeft > 0 && this.#grownBytes > this.#momentFrom) this.#gatherOn();
      else this.#wake?.();
    });
  }

  moved(partition: PartitionInterest<Subject>): void {
    this.#stir(partition);
    if (this.#options.tellsMoves) this.hurry();
  }

  disturbed(partition: PartitionInterest<Subject>): void {
    this.#stir(partition);
    this.hurry();
  }

  #stir(partition: PartitionInterest<Subject>): void {
    this.#due.add(partition);
    this.#stirred.add(partition);
  }
}

/** A session's interest in one of its partitions. */
export class PartitionInterest<Subject> implements PartitionWatch {
  /** What the session knows of the partition. */
  readonly subject: Subject;
  readonly #interest: SessionInterest<Subject>;
  #followed: FollowedByFetch | null = null;

  constructor(interest: SessionInterest<Subject>, subject: Subject) {
    this.#interest = interest;
    this.subject = subject;
    interest.add(this);
  }

  /** It was named, or there is more of it than was read: the next fetch reads it. */
  demand(): void {
    this.#interest.demand(this);
  }

  /** It is about to be read from this partition: what happens from here on makes it due again. */
  reads(partition: FollowedByFetch): void {
    this.#interest.settle(this);
    if (this.#followed === partition) return;
    this.#leave();
    this.#followed = partition;
    partition.watched('log-end').watch(this);
  }

  /** It is not to be read just now, and nothing that happens makes it worth an answer. */
  hold(): void {
    this.#leave();
    this.#interest.demand(this);
  }

  /** The session has it no longer. */
  end(): void {
    this.#leave();
    this.#interest.forget(this);
  }

  readableGrew(bytes: number): void {
    this.#interest.grew(this, bytes);
  }

  moved(): void {
    this.#interest.moved(this);
  }

  disturbed(): void {
    this.#interest.disturbed(this);
  }

  #leave(): void {
    const followed = this.#followed;
    this.#followed = null;
    followed?.watched('log-end').unwatch(this);
    followed?.followerLeft(this.#interest.replicaId, this.#interest);
  }
}
