import type { Clock } from '../runtime/clock.ts';
import type { Random } from '../runtime/random.ts';
import { SessionInterest } from './session-interest.ts';
import { type PartitionFetch, type PartitionProgress, SessionPartition } from './session-partition.ts';

/** No session: the response of a full fetch that got none, the request of one that wants none. */
export const NO_SESSION_ID = 0;
const INITIAL_EPOCH = 0;
const FINAL_EPOCH = -1;
const MAX_EPOCH = 0x7fff_ffff;

/** How long followers may take to learn whom they are to follow, and how long their fetches wait meanwhile. */
const EXPECTED_MS = 1000;
const EXPECTANT_WAIT_MS = 20;

type Interest = SessionInterest<SessionPartition>;

interface FetchSession {
  /** None until it has a slot. */
  id: number;
  /** Made by a follower: not evicted for a consumer's sake. */
  readonly isPrivileged: boolean;
  readonly usesTopicIds: boolean;
  readonly createdMs: number;
  lastUsedMs: number;
  /** The epoch the next request must carry. */
  epoch: number;
  readonly partitions: Map<string, SessionPartition>;
  readonly interest: Interest | null;
}

/** The session part of a fetch request. */
export interface SessionRequest {
  readonly sessionId: number;
  readonly sessionEpoch: number;
  readonly usesTopicIds: boolean;
  /** The broker that follows, and the epoch of its registration, -1 where it does not say; null for anybody else. */
  readonly follower: { readonly id: number; readonly brokerEpoch: number } | null;
  readonly fetches: readonly PartitionFetch[];
  readonly forgotten: readonly {
    readonly topic: string;
    readonly topicId: string;
    readonly partition: number;
  }[];
}

/**
 * How one request is to be answered. `partitions` are those to read; `complete` is told which were read in the end and
 * the progress of each, in the same order, and says which of them go into the response.
 */
export type FetchScope =
  | { readonly kind: 'refused'; readonly reason: 'unknown-session' | 'wrong-epoch' | 'topic-id-mismatch' }
  | {
      readonly kind: 'accepted';
      readonly partitions: readonly SessionPartition[];
      /** Of a follower. */
      readonly interest: Interest | null;
      complete(read: readonly SessionPartition[], progress: readonly PartitionProgress[]): FetchReply;
    };

export type FetchReply =
  | { readonly kind: 'reply'; readonly sessionId: number; readonly included: (index: number) => boolean }
  /** The session moved on while this request was under way: another request carried the same epoch. */
  | { readonly kind: 'superseded'; readonly sessionId: number };

/**
 * The incremental fetch sessions of a broker (KIP-227). A bounded number of slots; when they are taken, one unused
 * for `evictionMs` is freed, else a session of a consumer for a follower's, else an older smaller one for a larger.
 */
export class FetchSessions {
  readonly #slots: number;
  readonly #evictionMs: number;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #tellsMoves: boolean;
  /** Until when followers are likely to name more partitions. */
  #expectedUntilMs = Number.NEGATIVE_INFINITY;
  /** In the order of last use, the longest unused first. */
  readonly #sessions = new Map<number, FetchSession>();

  constructor(options: {
    readonly slots: number;
    readonly evictionMs: number;
    readonly clock: Clock;
    readonly random: Random;
    /** As `SessionInterestOptions` has it. */
    readonly tellsMoves: boolean;
  }) {
    this.#slots = options.slots;
    this.#evictionMs = options.evictionMs;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#tellsMoves = options.tellsMoves;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /**
   * This broker leads partitions that it did not lead before: followers whose fetches wait are answered, so that they may
   * name them, and for a moment their fetches do not wait long, for the metadata may reach them later than us.
   */
  expectFollowers(): void {
    this.#expectedUntilMs = this.#clock.monotonicMs() + EXPECTED_MS;
    for (const { interest } of this.#sessions.values()) interest?.hurry();
  }

  /** How long a follower's fetch may wait. */
  followerWaitMs(maxWaitMs: number): number {
    const isExpected = this.#clock.monotonicMs() < this.#expectedUntilMs;
    return isExpected ? Math.min(maxWaitMs, EXPECTANT_WAIT_MS) : maxWaitMs;
  }

  open(request: SessionRequest): FetchScope {
    const isFull = request.sessionEpoch === INITIAL_EPOCH || request.sessionEpoch === FINAL_EPOCH;
    if (!isFull) return this.#continue(request);
    if (request.sessionId !== NO_SESSION_ID) this.#remove(this.#sessions.get(request.sessionId));
    return request.sessionEpoch === FINAL_EPOCH ? this.#sessionless(request) : this.#begin(request);
  }

  #begin(request: SessionRequest): FetchScope {
    const session = this.#newSession(request);
    const asked = [...session.partitions.values()];
    return {
      kind: 'accepted',
      partitions: asked,
      interest: session.interest,
      complete: (read, progress) => {
        for (const [index, partition] of read.entries()) partition.noteTold(progress[index]);
        const isKept = this.#keep(session, request);
        if (!isKept) endInterest(session);
        return { kind: 'reply', sessionId: isKept ? session.id : NO_SESSION_ID, included: () => true };
      },
    };
  }

  /** A request by itself: nothing of it is remembered. */
  #sessionless(request: SessionRequest): FetchScope {
    const session = this.#newSession(request);
    return {
      kind: 'accepted',
      partitions: [...session.partitions.values()],
      interest: session.interest,
      complete: () => {
        endInterest(session);
        return { kind: 'reply', sessionId: NO_SESSION_ID, included: () => true };
      },
    };
  }

  #continue(request: SessionRequest): FetchScope {
    const session = this.#sessions.get(request.sessionId);
    if (session === undefined) return { kind: 'refused', reason: 'unknown-session' };
    if (session.epoch !== request.sessionEpoch) return { kind: 'refused', reason: 'wrong-epoch' };
    if (session.usesTopicIds !== request.usesTopicIds)
      return { kind: 'refused', reason: 'topic-id-mismatch' };
    session.interest?.begin(request.follower?.brokerEpoch ?? -1);
    updatePartitions(session, request);
    if (session.partitions.size === 0) {
      this.#remove(session);
      return this.#sessionless(request);
    }
    this.#touch(session);
    session.epoch = nextEpoch(session.epoch);
    const expectedEpoch = session.epoch;
    return {
      kind: 'accepted',
      partitions: partitionsToRead(session),
      interest: session.interest,
      complete: (read, progress) =>
        session.epoch === expectedEpoch
          ? { kind: 'reply', sessionId: session.id, included: changes(session, read, progress) }
          : { kind: 'superseded', sessionId: session.id },
    };
  }

  #newSession(request: SessionRequest): FetchSession {
    const { follower, usesTopicIds, fetches } = request;
    const now = this.#clock.monotonicMs();
    const interest: Interest | null =
      follower === null
        ? null
        : new SessionInterest({ replicaId: follower.id, clock: this.#clock, tellsMoves: this.#tellsMoves });
    interest?.begin(follower?.brokerEpoch ?? -1);
    const partitions = new Map(fetches.map((fetch) => [keyOf(fetch), new SessionPartition(fetch, interest)]));
    return {
      ...{ id: NO_SESSION_ID, isPrivileged: follower !== null, usesTopicIds },
      ...{ createdMs: now, lastUsedMs: now, epoch: nextEpoch(INITIAL_EPOCH), partitions, interest },
    };
  }

  /** Whether the session has got a slot. */
  #keep(session: FetchSession, request: SessionRequest): boolean {
    if (this.#sessions.size >= this.#slots && !this.#evictFor(request)) return false;
    session.id = this.#newId();
    this.#sessions.set(session.id, session);
    return true;
  }

  #evictFor(request: SessionRequest): boolean {
    const now = this.#clock.monotonicMs();
    const isFollower = request.follower !== null;
    const [oldest] = this.#sessions.values();
    if (oldest === undefined) return false;
    if (now - oldest.lastUsedMs > this.#evictionMs) return this.#remove(oldest);
    let victim: FetchSession | undefined;
    for (const session of this.#sessions.values()) {
      const isSettled = now - session.createdMs > this.#evictionMs;
      const isEvictable = isSettled || (isFollower && !session.isPrivileged);
      if (isEvictable && (victim === undefined || ranksBelow(session, victim))) victim = session;
    }
    if (victim === undefined) return false;
    const outranks =
      isFollower === victim.isPrivileged ? request.fetches.length > victim.partitions.size : isFollower;
    return outranks && this.#remove(victim);
  }

  #remove(session: FetchSession | undefined): boolean {
    if (session === undefined) return false;
    endInterest(session);
    return this.#sessions.delete(session.id);
  }

  #newId(): number {
    for (;;) {
      const id = this.#random.uint32() & 0x7fff_ffff;
      if (id !== NO_SESSION_ID && !this.#sessions.has(id)) return id;
    }
  }

  #touch(session: FetchSession): void {
    session.lastUsedMs = this.#clock.monotonicMs();
    this.#sessions.delete(session.id);
    this.#sessions.set(session.id, session);
  }
}

/** Nothing is watched for the session any more, and a fetch of it that waits ends. */
function endInterest(session: FetchSession): void {
  if (session.interest === null) return;
  session.interest.begin(session.interest.brokerEpoch);
  for (const { interest } of session.partitions.values()) interest?.end();
}

function partitionsToRead({ interest, partitions }: FetchSession): SessionPartition[] {
  return interest === null ? [...partitions.values()] : [...interest.due].map(({ subject }) => subject);
}

function updatePartitions(session: FetchSession, request: SessionRequest): void {
  for (const fetch of request.fetches) {
    const key = keyOf(fetch);
    const known = session.partitions.get(key);
    if (known === undefined) session.partitions.set(key, new SessionPartition(fetch, session.interest));
    else {
      known.fetch = fetch;
      known.interest?.demand();
    }
  }
  for (const forgotten of request.forgotten) {
    const key = keyOf(forgotten);
    session.partitions.get(key)?.interest?.end();
    session.partitions.delete(key);
  }
}

/**
 * Which partitions an incremental response holds; remembers what they show. One with records moves to the end, so
 * that partitions take turns at the front of a response of limited size.
 */
function changes(
  session: FetchSession,
  read: readonly SessionPartition[],
  progress: readonly PartitionProgress[],
): (index: number) => boolean {
  const included = read.map((partition, index) => {
    const key = keyOf(partition.fetch);
    const seen = progress[index];
    if (seen === undefined || session.partitions.get(key) !== partition) return false;
    const isNews = partition.isNews(seen);
    partition.noteTold(seen);
    if (seen.recordBytes > 0 && session.interest === null) {
      session.partitions.delete(key);
      session.partitions.set(key, partition);
    }
    return isNews;
  });
  return (index) => included[index] ?? false;
}

function ranksBelow(a: FetchSession, b: FetchSession): boolean {
  if (a.isPrivileged !== b.isPrivileged) return b.isPrivileged;
  return a.partitions.size < b.partitions.size;
}

function keyOf(partition: {
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
}): string {
  return `${partition.topicId}/${partition.topic}/${partition.partition}`;
}

function nextEpoch(epoch: number): number {
  return epoch >= MAX_EPOCH ? 1 : epoch + 1;
}
