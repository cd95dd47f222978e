import type { Clock } from '../runtime/clock.ts';
import type { Random } from '../runtime/random.ts';

/** No session: the response of a full fetch that got none, the request of one that wants none. */
export const NO_SESSION_ID = 0;
const INITIAL_EPOCH = 0;
const FINAL_EPOCH = -1;
const MAX_EPOCH = 0x7fff_ffff;

/** What a fetcher asks of one partition. Where topics go by id (version 13), the name is empty, else the id is zero. */
export interface PartitionFetch {
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
  readonly currentLeaderEpoch: number;
  readonly fetchOffset: number;
  readonly lastFetchedEpoch: number;
  readonly logStartOffset: number;
  readonly maxBytes: number;
}

/** What an incremental response is compared with: a partition that shows nothing new is left out. */
export interface PartitionProgress {
  readonly highWatermark: number;
  readonly logStartOffset: number;
  readonly recordBytes: number;
  /** An error, a diverging epoch or a preferred replica: sent in any case. */
  readonly isRemarkable: boolean;
  readonly errorCode: number;
}

interface CachedPartition {
  fetch: PartitionFetch;
  highWatermark: number;
  logStartOffset: number;
}

interface FetchSession {
  readonly id: number;
  /** Made by a follower: not evicted for a consumer's sake. */
  readonly isPrivileged: boolean;
  readonly usesTopicIds: boolean;
  readonly createdMs: number;
  lastUsedMs: number;
  /** The epoch the next request must carry. */
  epoch: number;
  readonly partitions: Map<string, CachedPartition>;
}

/** The session part of a fetch request. */
export interface SessionRequest {
  readonly sessionId: number;
  readonly sessionEpoch: number;
  readonly usesTopicIds: boolean;
  readonly isFollower: boolean;
  readonly fetches: readonly PartitionFetch[];
  readonly forgotten: readonly {
    readonly topic: string;
    readonly topicId: string;
    readonly partition: number;
  }[];
}

/**
 * How one request is to be answered. `fetches` are all partitions to read; `complete` is told the progress of each,
 * in the same order, and says which of them go into the response.
 */
export type FetchScope =
  | { readonly kind: 'refused'; readonly reason: 'unknown-session' | 'wrong-epoch' | 'topic-id-mismatch' }
  | {
      readonly kind: 'accepted';
      readonly fetches: readonly PartitionFetch[];
      complete(progress: readonly PartitionProgress[]): FetchReply;
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
  /** In the order of last use, the longest unused first. */
  readonly #sessions = new Map<number, FetchSession>();

  constructor(options: { slots: number; evictionMs: number; clock: Clock; random: Random }) {
    this.#slots = options.slots;
    this.#evictionMs = options.evictionMs;
    this.#clock = options.clock;
    this.#random = options.random;
  }

  get size(): number {
    return this.#sessions.size;
  }

  open(request: SessionRequest): FetchScope {
    const isFull = request.sessionEpoch === INITIAL_EPOCH || request.sessionEpoch === FINAL_EPOCH;
    if (!isFull) return this.#continue(request);
    if (request.sessionId !== NO_SESSION_ID) this.#sessions.delete(request.sessionId);
    return request.sessionEpoch === FINAL_EPOCH ? sessionless(request.fetches) : this.#begin(request);
  }

  #begin(request: SessionRequest): FetchScope {
    const { fetches } = request;
    return {
      kind: 'accepted',
      fetches,
      complete: (progress) => {
        const sessionId = this.#create(request, progress);
        return { kind: 'reply', sessionId, included: () => true };
      },
    };
  }

  #continue(request: SessionRequest): FetchScope {
    const session = this.#sessions.get(request.sessionId);
    if (session === undefined) return { kind: 'refused', reason: 'unknown-session' };
    if (session.epoch !== request.sessionEpoch) return { kind: 'refused', reason: 'wrong-epoch' };
    if (session.usesTopicIds !== request.usesTopicIds)
      return { kind: 'refused', reason: 'topic-id-mismatch' };
    updatePartitions(session, request);
    if (session.partitions.size === 0) {
      this.#sessions.delete(session.id);
      return sessionless(request.fetches);
    }
    this.#touch(session);
    session.epoch = nextEpoch(session.epoch);
    const expectedEpoch = session.epoch;
    const cached = [...session.partitions.entries()];
    return {
      kind: 'accepted',
      fetches: cached.map(([, partition]) => partition.fetch),
      complete: (progress) =>
        session.epoch === expectedEpoch
          ? { kind: 'reply', sessionId: session.id, included: changes(session, cached, progress) }
          : { kind: 'superseded', sessionId: session.id },
    };
  }

  /** Returns the id of the new session, or none when no slot could be had. */
  #create(request: SessionRequest, progress: readonly PartitionProgress[]): number {
    if (this.#sessions.size >= this.#slots && !this.#evictFor(request)) return NO_SESSION_ID;
    const now = this.#clock.monotonicMs();
    const session: FetchSession = {
      id: this.#newId(),
      isPrivileged: request.isFollower,
      usesTopicIds: request.usesTopicIds,
      createdMs: now,
      lastUsedMs: now,
      epoch: nextEpoch(INITIAL_EPOCH),
      partitions: new Map(),
    };
    request.fetches.forEach((fetch, index) => {
      const seen = progress[index];
      session.partitions.set(keyOf(fetch), {
        fetch,
        highWatermark: seen?.highWatermark ?? -1,
        logStartOffset: seen?.logStartOffset ?? -1,
      });
    });
    this.#sessions.set(session.id, session);
    return session.id;
  }

  #evictFor(request: SessionRequest): boolean {
    const now = this.#clock.monotonicMs();
    const [oldest] = this.#sessions.values();
    if (oldest === undefined) return false;
    if (now - oldest.lastUsedMs > this.#evictionMs) return this.#sessions.delete(oldest.id);
    let victim: FetchSession | undefined;
    for (const session of this.#sessions.values()) {
      const isSettled = now - session.createdMs > this.#evictionMs;
      const isEvictable = isSettled || (request.isFollower && !session.isPrivileged);
      if (isEvictable && (victim === undefined || ranksBelow(session, victim))) victim = session;
    }
    if (victim === undefined) return false;
    const outranks =
      request.isFollower === victim.isPrivileged
        ? request.fetches.length > victim.partitions.size
        : request.isFollower;
    return outranks && this.#sessions.delete(victim.id);
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

function sessionless(fetches: readonly PartitionFetch[]): FetchScope {
  return {
    kind: 'accepted',
    fetches,
    complete: () => ({ kind: 'reply', sessionId: NO_SESSION_ID, included: () => true }),
  };
}

function updatePartitions(session: FetchSession, request: SessionRequest): void {
  for (const fetch of request.fetches) {
    const key = keyOf(fetch);
    const cached = session.partitions.get(key);
    if (cached === undefined) session.partitions.set(key, { fetch, highWatermark: -1, logStartOffset: -1 });
    else cached.fetch = fetch;
  }
  for (const forgotten of request.forgotten) session.partitions.delete(keyOf(forgotten));
}

/**
 * Which partitions an incremental response holds; remembers what they show. One with records moves to the end, so
 * that partitions take turns at the front of a response of limited size.
 */
function changes(
  session: FetchSession,
  cached: readonly (readonly [string, CachedPartition])[],
  progress: readonly PartitionProgress[],
): (index: number) => boolean {
  const included = cached.map(([key, partition], index) => {
    const seen = progress[index];
    if (seen === undefined || session.partitions.get(key) !== partition) return false;
    const isNews =
      seen.recordBytes > 0 ||
      seen.isRemarkable ||
      partition.highWatermark !== seen.highWatermark ||
      partition.logStartOffset !== seen.logStartOffset;
    // After an error the partition is sent again as soon as it is well.
    partition.highWatermark = seen.errorCode === 0 ? seen.highWatermark : -1;
    partition.logStartOffset = seen.logStartOffset;
    if (seen.recordBytes > 0) {
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
