import { ErrorCode } from '../protocol/errors.ts';
import type { Decoded } from '../protocol/message.ts';
import type { fetchRequest } from '../protocol/messages/fetch-request.ts';
import { delayFetch } from '../replication/delayed-fetch.ts';
import type { Partition, ReadIsolation } from '../replication/partition.ts';
import { failedRead, type PartitionRead, readPartition } from '../replication/partition-read.ts';
import type { Clock } from '../runtime/clock.ts';
import type { PartitionFetch } from './fetch-sessions.ts';
import type { RequestContext } from './handler.ts';

type FetchRequest = Decoded<typeof fetchRequest>;

const FIRST_VERSION_WITH_FOLLOWER_FETCH = 11;

const READ_COMMITTED = 1;

/** Reads of one request that wait for the disk, or for the thread pool, at the same time. */
const READS_AT_ONCE = 8;

/** The replica id of a consumer; brokers have theirs, tools that look at any replica have -2. */
const CONSUMER = -1;

/** One partition of the request with what is known of it: the replica here, or why it cannot be read. */
export interface FetchTarget {
  readonly fetch: PartitionFetch;
  /** The topic's name, also where the request named an id. */
  readonly topic: string;
  readonly partition: Partition | null;
  readonly errorCode: number;
}

/** The reads of one request: a first pass over all partitions, perhaps a wait, then those that changed again. */
export class FetchReads {
  readonly #clock: Clock;
  readonly #request: FetchRequest;
  readonly #targets: readonly FetchTarget[];
  readonly #isolation: ReadIsolation;
  readonly #requireLeader: boolean;
  readonly #maxBytes: number;
  /** Null for a consumer or a tool. */
  readonly #follower: { readonly replicaId: number; readonly brokerEpoch: number } | null;
  readonly #reads: PartitionRead[] = [];
  #sizeInBytes = 0;

  constructor(
    needs: { readonly clock: Clock; readonly fetchMaxBytes: number },
    fetch: { request: FetchRequest; context: RequestContext; targets: readonly FetchTarget[] },
  ) {
    this.#clock = needs.clock;
    this.#request = fetch.request;
    this.#targets = fetch.targets;
    this.#isolation = isolationOf(fetch.request);
    const replicaId = replicaIdOf(fetch.request);
    // A consumer that can name its rack may be served by a follower (KIP-392).
    const mayAskFollower = fetch.context.apiVersion >= FIRST_VERSION_WITH_FOLLOWER_FETCH;
    const brokerEpoch = fetch.request.replicaState.replicaEpoch;
    this.#follower = replicaId >= 0 ? { replicaId, brokerEpoch } : null;
    this.#requireLeader = replicaId >= 0 || (replicaId === CONSUMER && !mayAskFollower);
    this.#maxBytes = Math.min(fetch.request.maxBytes, needs.fetchMaxBytes);
  }

  async run(): Promise<readonly PartitionRead[]> {
    const isolation = this.#isolation;
    const marks = this.#targets.map(({ partition }) => partition?.watched(isolation).mark() ?? null);
    const epochs =
      this.#follower === null ? [] : this.#targets.map(({ partition }) => partition?.leaderEpoch);
    await this.#readAll();
    if (this.#follower !== null) this.#noteProgress(this.#follower, epochs);
    const missingBytes = Math.min(this.#request.minBytes, this.#maxBytes) - this.#sizeInBytes;
    if (this.#request.maxWaitMs <= 0 || missingBytes <= 0 || this.#isUrgent()) return this.#reads;
    const waiting = this.#targets.flatMap(({ partition }, index) => {
      const mark = marks[index] ?? null;
      return partition === null || mark === null
        ? []
        : [{ partition: partition.watched(isolation), mark, index }];
    });
    const changed = await delayFetch({
      partitions: waiting,
      missingBytes,
      maxWaitMs: this.#request.maxWaitMs,
      clock: this.#clock,
    });
    for (const position of changed) {
      const index = waiting[position]?.index ?? -1;
      const foundElsewhere = this.#sizeInBytes - (this.#reads[index]?.sizeInBytes ?? 0);
      await this.#read(index, foundElsewhere === 0);
    }
    return this.#reads;
  }

  /** A follower has what lies below the offset that it fetches from, where it was found to be the leader's. */
  #noteProgress(
    follower: { readonly replicaId: number; readonly brokerEpoch: number },
    epochs: readonly (number | undefined)[],
  ): void {
    for (const [index, { partition, fetch }] of this.#targets.entries()) {
      const read = this.#reads[index];
      if (read === undefined || read.errorCode !== ErrorCode.NONE || read.divergingEpoch !== null) continue;
      const { fetchOffset, logStartOffset } = fetch;
      partition?.followerFetched({ ...follower, fetchOffset, logStartOffset }, epochs[index] ?? -1);
    }
  }

  /**
   * Partitions are read side by side, as many at a time as fit together whatever they have. Only the first that has
   * something may give more than the limits.
   */
  async #readAll(): Promise<void> {
    const count = this.#targets.length;
    let next = 0;
    while (next < count) {
      const first = next;
      let roomBytes = this.#maxBytes - this.#sizeInBytes - this.#limitOf(next++);
      while (next < count && next - first < READS_AT_ONCE && this.#limitOf(next) <= roomBytes) {
        roomBytes -= this.#limitOf(next++);
      }
      const isNothingYet = this.#sizeInBytes === 0;
      const wave = Array.from({ length: next - first }, (_, place) => first + place);
      await Promise.all(wave.map((index) => this.#read(index, isNothingYet && index === first)));
      for (const index of wave) {
        if (this.#sizeInBytes === 0 && index !== first && this.#hasMore(index)) await this.#read(index, true);
      }
    }
  }

  /** Whether there is something behind an empty read, which was then larger than it was allowed to be. */
  #hasMore(index: number): boolean {
    const target = this.#targets[index];
    if (target === undefined || target.partition === null) return false;
    const isRead = this.#reads[index]?.errorCode === ErrorCode.NONE;
    return isRead && target.fetch.fetchOffset < target.partition.endFor(this.#isolation);
  }

  #limitOf(index: number): number {
    return this.#targets[index]?.fetch.maxBytes ?? 0;
  }

  async #read(index: number, minOneBatch: boolean): Promise<void> {
    const target = this.#targets[index];
    if (target === undefined) return;
    this.#sizeInBytes -= this.#reads[index]?.sizeInBytes ?? 0;
    const read =
      target.partition === null
        ? // As Kafka has it: no aborted transactions where nobody looked, null where a log was asked.
          { ...failedRead(target.errorCode), abortedTransactions: [] }
        : await readPartition(target.partition, {
            ...target.fetch,
            isolation: this.#isolation,
            requireLeader: this.#requireLeader,
            maxBytes: Math.max(0, Math.min(target.fetch.maxBytes, this.#maxBytes - this.#sizeInBytes)),
            minOneBatch,
          });
    this.#reads[index] = read;
    this.#sizeInBytes += read.sizeInBytes;
  }

  /** An error or a diverging epoch is told at once. No partition at all is nothing to wait for. */
  #isUrgent(): boolean {
    return (
      this.#reads.length === 0 ||
      this.#reads.some((read) => read.errorCode !== ErrorCode.NONE || read.divergingEpoch !== null)
    );
  }
}

/** Who fetches: a broker's id, -1 for a consumer, -2 for a tool. */
export function replicaIdOf(request: FetchRequest): number {
  return request.replicaState.replicaId >= 0 ? request.replicaState.replicaId : request.replicaId;
}

function isolationOf(request: FetchRequest): ReadIsolation {
  if (replicaIdOf(request) !== CONSUMER) return 'log-end';
  return request.isolationLevel === READ_COMMITTED ? 'last-stable-offset' : 'high-watermark';
}
