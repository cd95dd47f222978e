import type { Encodable } from '../protocol/message.ts';
import type { fetchRequest } from '../protocol/messages/fetch-request.ts';

/** From where a follower reads one partition. */
export interface FollowerFetch {
  readonly topicId: string;
  readonly partition: number;
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
  /** What the leader knows, by topic id and partition. */
  #known = new Map<string, FollowerFetch>();

  constructor(partitionMaxBytes: number) {
    this.#partitionMaxBytes = partitionMaxBytes;
  }

  /** The request that reads exactly these partitions. */
  next(fetches: readonly FollowerFetch[]): FetchRound {
    const wanted = new Map(fetches.map((fetch) => [keyOf(fetch), fetch]));
    const known = this.#epoch === INITIAL_EPOCH ? new Map<string, FollowerFetch>() : this.#known;
    const changed = fetches.filter((fetch) => !isSame(known.get(keyOf(fetch)), fetch));
    const forgotten = [...known].flatMap(([key, fetch]) => (wanted.has(key) ? [] : [fetch]));
    this.#known = wanted;
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
    const isNew = sessionId !== this.#sessionId || this.#epoch === INITIAL_EPOCH;
    this.#epoch = sessionId === NO_SESSION ? INITIAL_EPOCH : isNew ? INITIAL_EPOCH + 1 : after(this.#epoch);
    this.#sessionId = sessionId;
  }

  /** The session is over, or nobody knows how far it got: the next request names all and asks to end the old one. */
  reset(): void {
    this.#epoch = INITIAL_EPOCH;
  }
}

function after(epoch: number): number {
  return epoch === EPOCH_MAX ? INITIAL_EPOCH + 1 : epoch + 1;
}

function keyOf({ topicId, partition }: FollowerFetch): string {
  return `${topicId}-${partition}`;
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

function byTopic(fetches: readonly FollowerFetch[]): [string, FollowerFetch[]][] {
  const topics = new Map<string, FollowerFetch[]>();
  for (const fetch of fetches) {
    const partitions = topics.get(fetch.topicId);
    if (partitions === undefined) topics.set(fetch.topicId, [fetch]);
    else partitions.push(fetch);
  }
  return [...topics];
}
