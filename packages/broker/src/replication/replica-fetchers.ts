import type { PeerChannel } from '../protocol/peer-channel.ts';
import type { FollowedPartition } from './followed-partition.ts';
import { ReplicaFetcher, type ReplicaFetcherOptions } from './replica-fetcher.ts';

export interface ReplicaFetchersOptions extends Omit<ReplicaFetcherOptions, 'leaderId' | 'channel'> {
  /** The way to another broker, wherever that is at the time; null while it was never heard of. */
  readonly channelTo: (brokerId: number) => PeerChannel | null;
}

/** All partitions that this broker follows, each by the fetcher of its leader. */
export class ReplicaFetchers {
  readonly #options: ReplicaFetchersOptions;
  readonly #fetchers = new Map<number, ReplicaFetcher>();
  /** By topic id and partition. */
  readonly #followed = new Map<
    string,
    { readonly partition: FollowedPartition; readonly leaderId: number }
  >();
  /** Fetchers that nobody needs any more, until they have ended. */
  readonly #ending = new Set<Promise<void>>();
  /** Whether a leader is not known yet. */
  #lacksLeaders = false;
  #isClosed = false;

  constructor(options: ReplicaFetchersOptions) {
    this.#options = options;
  }

  /** How far partitions are behind at most, and how many are given up for now. */
  get state(): { readonly maxLag: number; readonly halted: number } {
    let [maxLag, halted] = [0, 0];
    for (const { state } of this.#fetchers.values()) {
      maxLag = Math.max(maxLag, state.maxLag);
      halted += state.halted;
    }
    return { maxLag, halted };
  }

  /** Follows a partition in a new epoch, wherever it was followed before. */
  follow(partition: FollowedPartition, leaderId: number): void {
    if (this.#isClosed) return;
    this.unfollow(partition.topicId, partition.partition);
    this.#followed.set(keyOf(partition.topicId, partition.partition), { partition, leaderId });
    this.#fetcherOf(leaderId)?.follow(partition);
  }

  /** From here on nothing more is taken from the leader. */
  unfollow(topicId: string, partition: number): void {
    const key = keyOf(topicId, partition);
    const followed = this.#followed.get(key);
    if (followed === undefined) return;
    this.#followed.delete(key);
    this.#fetchers.get(followed.leaderId)?.unfollow(topicId, partition);
  }

  /** The metadata has changed: the way to a leader may be known at last, and fetchers that follow nothing are let go. */
  refresh(): void {
    for (const [leaderId, fetcher] of this.#fetchers) if (fetcher.isIdle) this.#end(leaderId, fetcher);
    if (!this.#lacksLeaders) return;
    this.#lacksLeaders = false;
    for (const { partition, leaderId } of this.#followed.values()) {
      if (!this.#fetchers.has(leaderId)) this.#fetcherOf(leaderId)?.follow(partition);
    }
  }

  /** Resolves when nothing is under way any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#followed.clear();
    for (const [leaderId, fetcher] of this.#fetchers) this.#end(leaderId, fetcher);
    await Promise.all(this.#ending);
  }

  #fetcherOf(leaderId: number): ReplicaFetcher | null {
    const known = this.#fetchers.get(leaderId);
    if (known !== undefined) return known;
    const channel = this.#options.channelTo(leaderId);
    if (channel === null) {
      this.#lacksLeaders = true;
      return null;
    }
    const fetcher = new ReplicaFetcher({ ...this.#options, leaderId, channel });
    this.#fetchers.set(leaderId, fetcher);
    return fetcher;
  }

  #end(leaderId: number, fetcher: ReplicaFetcher): void {
    this.#fetchers.delete(leaderId);
    const ending = fetcher.close().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }
}

function keyOf(topicId: string, partition: number): string {
  return `${topicId}-${partition}`;
}
