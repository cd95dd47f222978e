import { type FollowerFetch, FollowerProgress, type FollowerPulse } from './follower-progress.ts';

/** What the metadata says of a partition that this broker leads. */
export interface LedPartition {
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  readonly leaderEpoch: number;
  readonly partitionEpoch: number;
}

/** An ISR that the controller is asked for; it holds for the partition epoch it was made from. */
export interface IsrProposal {
  readonly leaderEpoch: number;
  readonly partitionEpoch: number;
  readonly isr: readonly { readonly brokerId: number; readonly brokerEpoch: number }[];
}

/**
 * What the controller made of a proposal. `withdrawn`: it changed nothing and another may be made. `superseded`: newer
 * metadata is on its way, and nothing is proposed until it is here.
 */
export type IsrAnswer =
  | { readonly kind: 'changed'; readonly isr: readonly number[]; readonly partitionEpoch: number }
  | { readonly kind: 'withdrawn' }
  | { readonly kind: 'superseded' };

/** What follows from an event. */
export interface LeadershipEffects {
  /** The new high watermark; null when it has not moved. */
  readonly highWatermark: number | null;
  /** To be sent to the controller; null when there is nothing to ask for. */
  readonly proposal: IsrProposal | null;
}

export interface LeadershipOptions {
  readonly nodeId: number;
  readonly partition: LedPartition;
  /** `min.insync.replicas`; a partition with fewer replicas needs all of them. */
  readonly minInSyncReplicas: number;
  /** `replica.lag.time.max.ms`. */
  readonly maxLagMs: number;
  /** Where the first record of this epoch will lie: behind all that is queued. */
  readonly epochStartOffset: number;
  /** Where this leader's own copy ends, as far as it counts, and where it starts. */
  readonly endOffset: number;
  readonly logStartOffset: number;
  readonly highWatermark: number;
  /** The epoch of a broker that may be in sync: registered, not fenced, not about to stop; null for any other. */
  readonly activeEpochOf: (brokerId: number) => number | null;
}

/** A follower that a consumer may read from. */
export interface ReadableFollower {
  readonly id: number;
  readonly logEndOffset: number;
  readonly lastCaughtUpMs: number;
}

const NOTHING: LeadershipEffects = { highWatermark: null, proposal: null };

interface Proposed {
  readonly isr: readonly number[];
  readonly isGrowing: boolean;
}

/**
 * One leader epoch of a partition, on its leader: who has how much, what is committed, who is in sync. A synchronous
 * machine: each event returns what follows from it. Times are monotonic milliseconds.
 *
 * A record is committed when the whole maximal ISR has it: those that are in sync and those that were proposed to be,
 * so that whatever the controller decides, nobody is elected who lacks it.
 */
export class Leadership {
  readonly leaderEpoch: number;
  /** Where the first record of this epoch lies or will lie. */
  readonly epochStartOffset: number;
  readonly #options: LeadershipOptions;
  readonly #followers = new Map<number, FollowerProgress>();
  #isr: readonly number[];
  #partitionEpoch: number;
  #proposed: Proposed | null = null;
  #minInSyncReplicas: number;
  #endOffset: number;
  #logStartOffset: number;
  #highWatermark: number;

  constructor(options: LeadershipOptions, nowMs: number) {
    const { partition } = options;
    this.#options = options;
    this.leaderEpoch = partition.leaderEpoch;
    this.epochStartOffset = options.epochStartOffset;
    this.#isr = partition.isr;
    this.#partitionEpoch = partition.partitionEpoch;
    this.#minInSyncReplicas = options.minInSyncReplicas;
    this.#endOffset = options.endOffset;
    this.#logStartOffset = options.logStartOffset;
    this.#highWatermark = options.highWatermark;
    this.#follow(partition.replicas, nowMs);
  }

  get isr(): readonly number[] {
    return this.#isr;
  }

  get highWatermark(): number {
    return this.#highWatermark;
  }

  get partitionEpoch(): number {
    return this.#partitionEpoch;
  }

  /** Whether an append that all in-sync replicas must have is to be refused. */
  get isBelowMinimum(): boolean {
    return this.#isr.length < this.requiredInSync;
  }

  /** How many in-sync replicas it takes to commit. */
  get requiredInSync(): number {
    return Math.min(this.#minInSyncReplicas, this.#followers.size + 1);
  }

  /** Every replica on an active broker has deleted the records below. */
  get lowWatermark(): number {
    let lowest = this.#logStartOffset;
    for (const [id, { logStartOffset }] of this.#followers) {
      if (this.#options.activeEpochOf(id) !== null) lowest = Math.min(lowest, logStartOffset);
    }
    return lowest;
  }

  /** The leader's own log has moved: its end as far as it counts, or its start. */
  ownLogMoved(
    log: { readonly endOffset: number; readonly logStartOffset: number },
    nowMs: number,
  ): LeadershipEffects {
    if (log.endOffset !== this.#endOffset) {
      for (const follower of this.#followers.values()) follower.leaderEndMoves(this.#endOffset);
    }
    this.#endOffset = log.endOffset;
    this.#logStartOffset = log.logStartOffset;
    return this.#effects(null, nowMs);
  }

  /** A follower that is assigned to the partition has fetched. */
  followerFetched(fetch: FollowerFetch, nowMs: number): LeadershipEffects {
    const follower = this.#followers.get(fetch.replicaId);
    if (follower === undefined) return NOTHING;
    follower.fetched(fetch, this.#endOffset, nowMs);
    return this.#effects(this.#grown(fetch.replicaId, follower), nowMs);
  }

  /** The session by which a follower has fetched goes on without the partition, or is over. */
  followerLeft(replicaId: number, pulse: FollowerPulse): void {
    this.#followers.get(replicaId)?.left(pulse, this.#endOffset);
  }

  /**
   * In-sync followers that have the record at `offset`. One that is not in sync may fall behind ever further, and
   * whoever reads from it with it.
   */
  followersWith(offset: number): ReadableFollower[] {
    return [...this.#followers].flatMap(([id, follower]) => {
      const { logEndOffset, logStartOffset } = follower;
      const hasIt = logStartOffset <= offset && offset <= logEndOffset;
      if (!hasIt || !this.#isr.includes(id)) return [];
      return [{ id, logEndOffset, lastCaughtUpMs: follower.lastCaughtUpMs(this.#endOffset) }];
    });
  }

  /** The metadata has changed within this leader epoch. What it says already is no news. */
  metadataChanged(partition: LedPartition, nowMs: number): LeadershipEffects {
    if (partition.partitionEpoch <= this.#partitionEpoch) return NOTHING;
    this.#isr = partition.isr;
    this.#partitionEpoch = partition.partitionEpoch;
    this.#proposed = null;
    this.#follow(partition.replicas, nowMs);
    return this.#effects(this.#returning(nowMs), nowMs);
  }

  /** Other brokers are active than before: who was kept out for that may come back. */
  brokersChanged(nowMs: number): LeadershipEffects {
    return this.#effects(this.#returning(nowMs), nowMs);
  }

  configChanged(minInSyncReplicas: number, nowMs: number): LeadershipEffects {
    this.#minInSyncReplicas = minInSyncReplicas;
    return this.#effects(null, nowMs);
  }

  /** The controller has answered the proposal that was made last. */
  isrAnswered(answer: IsrAnswer, nowMs: number): LeadershipEffects {
    if (answer.kind === 'superseded') return NOTHING;
    if (answer.kind === 'changed') {
      if (answer.partitionEpoch <= this.#partitionEpoch) return NOTHING;
      this.#isr = answer.isr;
      this.#partitionEpoch = answer.partitionEpoch;
    }
    this.#proposed = null;
    // What was withdrawn is not proposed again at once: the controller may go on refusing.
    return this.#effects(answer.kind === 'changed' ? this.#returning(nowMs) : null, nowMs);
  }

  /**
   * To be called every half of `replica.lag.time.max.ms`: who has fallen behind is proposed to leave, and who has all
   * there is to come back.
   */
  tick(nowMs: number): LeadershipEffects {
    const kept = this.#isr.filter((id) => {
      const follower = this.#followers.get(id);
      return follower === undefined || this.#isCaughtUp(follower, nowMs);
    });
    const hasShrunk = kept.length < this.#isr.length;
    return this.#effects(hasShrunk ? { isr: kept, isGrowing: false } : this.#returning(nowMs), nowMs);
  }

  #follow(replicas: readonly number[], nowMs: number): void {
    const followers = replicas.filter((id) => id !== this.#options.nodeId);
    for (const id of this.#followers.keys()) if (!followers.includes(id)) this.#followers.delete(id);
    for (const id of followers) {
      if (this.#followers.has(id)) continue;
      this.#followers.set(id, new FollowerProgress(this.#isr.includes(id), nowMs));
    }
  }

  /** The ISR with a follower that has everything committed, and has it from this leader's epoch on. */
  #grown(replicaId: number, follower: FollowerProgress): Proposed | null {
    if (this.#isr.includes(replicaId) || !this.#isEligible(replicaId, follower)) return null;
    const { logEndOffset } = follower;
    if (logEndOffset < this.#highWatermark || logEndOffset < this.epochStartOffset) return null;
    return { isr: [...this.#isr, replicaId], isGrowing: true };
  }

  /**
   * The ISR with a follower that is kept out of it for no reason any more. Its session goes on, but does not name the
   * partition while nothing moves; and below the minimum of in-sync replicas nothing does.
   */
  #returning(nowMs: number): Proposed | null {
    for (const [id, follower] of this.#followers) {
      if (!follower.hasFetchedWithin(this.#options.maxLagMs, nowMs)) continue;
      const grown = this.#grown(id, follower);
      if (grown !== null) return grown;
    }
    return null;
  }

  #effects(wanted: Proposed | null, nowMs: number): LeadershipEffects {
    const proposal = wanted === null || this.#proposed !== null ? null : this.#propose(wanted);
    const highWatermark = this.#advance(nowMs);
    return highWatermark === null && proposal === null ? NOTHING : { highWatermark, proposal };
  }

  #propose(wanted: Proposed): IsrProposal {
    this.#proposed = wanted;
    const { nodeId, activeEpochOf } = this.#options;
    return {
      leaderEpoch: this.leaderEpoch,
      partitionEpoch: this.#partitionEpoch,
      // As Kafka's leaders write it: by id, whoever came last.
      isr: wanted.isr
        .toSorted((left, right) => left - right)
        .map((brokerId) => ({
          brokerId,
          brokerEpoch:
            (brokerId === nodeId ? activeEpochOf(nodeId) : this.#followers.get(brokerId)?.brokerEpoch) ?? -1,
        })),
    };
  }

  /** Never falls, and stands still while fewer than the minimum are in sync (KIP-966). */
  #advance(nowMs: number): number | null {
    if (this.isBelowMinimum) return null;
    let offset = this.#endOffset;
    for (const [id, follower] of this.#followers) {
      if (follower.logEndOffset < offset && this.#mustHave(id, follower, nowMs))
        offset = follower.logEndOffset;
    }
    if (offset <= this.#highWatermark) return null;
    this.#highWatermark = offset;
    return offset;
  }

  /** In the maximal ISR, or about to ask for it: if nobody waited, it would never catch up with a busy leader. */
  #mustHave(id: number, follower: FollowerProgress, nowMs: number): boolean {
    const isMember =
      this.#isr.includes(id) || (this.#proposed?.isGrowing === true && this.#proposed.isr.includes(id));
    return isMember || (this.#isCaughtUp(follower, nowMs) && this.#isEligible(id, follower));
  }

  #isCaughtUp(follower: FollowerProgress, nowMs: number): boolean {
    return follower.isCaughtUp(this.#endOffset, nowMs, this.#options.maxLagMs);
  }

  #isEligible(id: number, { brokerEpoch }: FollowerProgress): boolean {
    const active = this.#options.activeEpochOf(id);
    return active !== null && (brokerEpoch === -1 || brokerEpoch === active);
  }
}
