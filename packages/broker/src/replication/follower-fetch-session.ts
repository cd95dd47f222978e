import type { Encodable } from '../protocol/message.ts';
import type { fetchRequest } from '../protocol/messages/fetch-request.ts';

/** A partition, as a session names it. */
export interface SessionKey {
  readonly topicId: string;
  readonly partition: number;
}

/** From where a follower reads one partition. */
export interface FollowerFetch extends SessionKey {
  readonly leaderEpoch: number;
  readonly fetchOffset: number;
  /** Of the last record it has; -1 for none. */
  readonly lastFetchedEpoch: number;
  readonly logStartOffset: number;
  readonly highWatermark: number;
}

type FetchTopics = NonNullable<Encodable<typeof fetchRequest>['topics']>;
type ForgottenTopics = NonNullable<Encodable<typeof fetchRequest>['forgottenTopicsData']>;

/** What of a round goes into the request. */
export interface FetchRound {
  readonly sessionId: number;
  readonly sessionEpoch: number;
  readonly topics: FetchTopics;
  readonly forgottenTopicsData: ForgottenTopics;
}

/** What is to be read by the next round, as far as it is not what was read by the last one. */
export interface FetchChanges {
  /** Partitions whose position may have changed, and new ones. */
  readonly wanted: Iterable<FollowerFetch>;
  /** Partitions that are not to be read any more. */
  readonly unwanted: Iterable<SessionKey>;
}

/** Of a full request that may begin a session, and of the first request within one. */
const INITIAL_EPOCH = 0;
const NO_SESSION = 0;
const EPOCH_MAX = 2 ** 31 - 1;

/**
 * The follower's half of an incremental fetch session (KIP-227): a request names only partitions whose position has
 * changed since the last one, and those that are not read any more.
 */
export class FollowerFetchSession {
  readonly #partitionMaxBytes: number;
  #sessionId = NO_SESSION;
  #epoch = INITIAL_EPOCH;
  #isRefused = false;
  /** What the leader knows. */
  readonly #known = new Map<string, FollowerFetch>();

  constructor(partitionMaxBytes: number) {
    this.#partitionMaxBytes = partitionMaxBytes;
  }

  /** Whether the next request has to name all partitions: there is no session to go on with. */
  get isNew(): boolean {
    return this.#epoch === INITIAL_EPOCH;
  }

  /** Whether the leader kept no session when it was asked to last. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  /** From where a partition was asked for last. */
  asked(key: SessionKey): FollowerFetch | undefined {
    return this.#known.get(keyOf(key));
  }

  /** The next request; of a new session `wanted` are all partitions. */
  next({ wanted, unwanted }: FetchChanges): FetchRound {
    if (this.isNew) this.#known.clear();
    const forgotten = [...unwanted].filter((key) => this.#known.delete(keyOf(key)));
    const changed: FollowerFetch[] = [];
    for (const fetch of wanted) {
      const key = keyOf(fetch);
      if (isSame(this.#known.get(key), fetch)) continue;
      this.#known.set(key, fetch);
      changed.push(fetch);
    }
    return {
      sessionId: this.#sessionId,
      sessionEpoch: this.#epoch,
      topics: byTopic(changed).map(([topicId, partitions]) => ({
        topicId,
        partitions: partitions.map((fetch) => ({
          partition: fetch.partition,
          currentLeaderEpoch: fetch.leaderEpoch,
          fetchOffset: fetch.fetchOffset,
          lastFetchedEpoch: fetch.lastFetchedEpoch,
          logStartOffset: fetch.logStartOffset,
          partitionMaxBytes: this.#partitionMaxBytes,
          highWatermark: fetch.highWatermark,
        })),
      })),
      forgottenTopicsData: byTopic(forgotten).map(([topicId, partitions]) => ({
        topicId,
        partitions: partitions.map(({ partition }) => partition),
      })),
    };
  }

  /** The leader has answered; with session id 0 it keeps no session. */
  answered(sessionId: number): void {
    const isNew = sessionId !== this.#sessionId || this.isNew;
    this.#epoch = sessionId === NO_SESSION ? INITIAL_EPOCH : isNew ? INITIAL_EPOCH + 1 : after(this.#epoch);
    this.#sessionId = sessionId;
    this.#isRefused = sessionId === NO_SESSION;
  }

  /** The session is over, or nobody knows how far it got: the next request names all and asks to end the old one. */
  reset(): void {
    this.#epoch = INITIAL_EPOCH;
  }
}

export function keyOf({ topicId, partition }: SessionKey): string {
  return `${topicId}-${partition}`;
}

function after(epoch: number): number {
  return epoch === EPOCH_MAX ? INITIAL_EPOCH + 1 : epoch + 1;
}

function isSame(left: FollowerFetch | undefined, right: FollowerFetch): boolean {
  return (
    left !== undefined &&
    left.leaderEpoch === right.leaderEpoch &&
    left.fetchOffset === right.fetchOffset &&
    left.lastFetchedEpoch === right.lastFetchedEpoch &&
    left.logStartOffset === right.logStartOffset &&
    left.highWatermark === right.highWatermark
  );
}

function byTopic<Entry extends SessionKey>(entries: readonly Entry[]): [string, Entry[]][] {
  const topics = new Map<string, Entry[]>();
  for (const entry of entries) {
    const partitions = topics.get(entry.topicId);
    if (partitions === undefined) topics.set(entry.topicId, [entry]);
    else partitions.push(entry);
  }
  return [...topics];
}
