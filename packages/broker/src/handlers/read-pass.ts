import { ErrorCode } from '../protocol/errors.ts';
import type { Partition, ReadIsolation } from '../replication/partition.ts';
import {
  failedRead,
  type PartitionRead,
  readPartition,
  redirectedRead,
} from '../replication/partition-read.ts';
import type { PartitionFetch } from './session-partition.ts';

/** Reads of one request that wait for the disk, or for the thread pool, at the same time. */
const READS_AT_ONCE = 8;

/** One partition of the request with what is known of it: the replica here, or why it cannot be read. */
export interface FetchTarget {
  readonly fetch: PartitionFetch;
  /** The topic's name, also where the request named an id. */
  readonly topic: string;
  readonly partition: Partition | null;
  readonly errorCode: number;
}

export interface ReadPassOptions {
  readonly isolation: ReadIsolation;
  readonly requireLeader: boolean;
  /** Of all partitions together. */
  readonly maxBytes: number;
  /** The replica from which the reader had better read instead (KIP-392); null when this is it. */
  readonly betterReplica: (partition: Partition, fetch: PartitionFetch) => number | null;
  /** Whether nothing is to be read from a partition just now, though it has something. */
  readonly isHeldBack: (partition: Partition) => boolean;
}

/** What one request reads, within its limits. */
export class ReadPass {
  readonly isolation: ReadIsolation;
  readonly #options: ReadPassOptions;
  readonly #targets: FetchTarget[];
  readonly #reads: PartitionRead[] = [];
  #sizeInBytes = 0;

  constructor(options: ReadPassOptions, targets: readonly FetchTarget[]) {
    this.#options = options;
    this.isolation = options.isolation;
    this.#targets = [...targets];
  }

  get targets(): readonly FetchTarget[] {
    return this.#targets;
  }

  /** In the order of the targets. */
  get reads(): readonly PartitionRead[] {
    return this.#reads;
  }

  /** How many bytes it takes until there are as many as were asked for; 0 or less where that is so. */
  missingBytes(minBytes: number): number {
    return Math.min(minBytes, this.#options.maxBytes) - this.#sizeInBytes;
  }

  /** Whether something is told at once: an error, a diverging epoch, a better replica. */
  get isUrgent(): boolean {
    return this.#reads.some(isRemarkable);
  }

  /**
   * Partitions are read side by side, as many at a time as fit together whatever they have. Only the first that has
   * something may give more than the limits.
   */
  async readAll(): Promise<void> {
    const count = this.#targets.length;
    let next = 0;
    while (next < count) {
      const first = next;
      let roomBytes = this.#options.maxBytes - this.#sizeInBytes - this.#limitOf(next++);
      while (next < count && next - first < READS_AT_ONCE && this.#limitOf(next) <= roomBytes) {
        roomBytes -= this.#limitOf(next++);
      }
      const isNothingYet = this.#sizeInBytes === 0;
      const reading: Promise<void>[] = [];
      for (let index = first; index < next; index++) {
        const read = this.#read(index, isNothingYet && index === first);
        if (read !== null) reading.push(read);
      }
      if (reading.length > 0) await Promise.all(reading);
      for (let index = first + 1; index < next && this.#sizeInBytes === 0; index++) {
        if (this.hasMore(index)) await this.#read(index, true);
      }
    }
  }

  /** Reads one again that has changed; what the others gave stays. Null where it is read already. */
  readAgain(index: number): Promise<void> | null {
    const foundElsewhere = this.#sizeInBytes - (this.#reads[index]?.sizeInBytes ?? 0);
    return this.#read(index, foundElsewhere === 0);
  }

  /** Reads one more. */
  readAlso(target: FetchTarget): Promise<void> | null {
    this.#targets.push(target);
    return this.#read(this.#targets.length - 1, this.#sizeInBytes === 0);
  }

  isHeldBack(partition: Partition): boolean {
    return this.#options.isHeldBack(partition);
  }

  /** Whether there is something behind an empty read, which was then larger than it was allowed to be. */
  hasMore(index: number): boolean {
    const target = this.#targets[index];
    if (target === undefined || target.partition === null) return false;
    const read = this.#reads[index];
    const isWell = read !== undefined && !isRemarkable(read);
    return isWell && target.fetch.fetchOffset < target.partition.endFor(this.isolation);
  }

  #limitOf(index: number): number {
    return this.#targets[index]?.fetch.maxBytes ?? 0;
  }

  /** Null where it is read already. */
  #read(index: number, minOneBatch: boolean): Promise<void> | null {
    const target = this.#targets[index];
    if (target === undefined) return null;
    this.#sizeInBytes -= this.#reads[index]?.sizeInBytes ?? 0;
    const read = this.#readTarget(target, minOneBatch);
    if (read instanceof Promise) return read.then((found) => this.#note(index, found));
    this.#note(index, read);
    return null;
  }

  #note(index: number, read: PartitionRead): void {
    this.#reads[index] = read;
    this.#sizeInBytes += read.sizeInBytes;
  }

  #readTarget(
    { partition, fetch, errorCode }: FetchTarget,
    minOneBatch: boolean,
  ): PartitionRead | Promise<PartitionRead> {
    // As Kafka has it: no aborted transactions where nobody looked, null where a log was asked.
    if (partition === null) return { ...failedRead(errorCode), abortedTransactions: [] };
    const { isolation, requireLeader, maxBytes, betterReplica, isHeldBack } = this.#options;
    const better = betterReplica(partition, fetch);
    if (better !== null) return redirectedRead(partition, fetch.currentLeaderEpoch, better);
    const isHeld = isHeldBack(partition);
    const { fetchOffset, currentLeaderEpoch, lastFetchedEpoch } = fetch;
    return readPartition(partition, {
      ...{ fetchOffset, currentLeaderEpoch, lastFetchedEpoch, isolation, requireLeader },
      maxBytes: isHeld ? 0 : Math.max(0, Math.min(fetch.maxBytes, maxBytes - this.#sizeInBytes)),
      minOneBatch: minOneBatch && !isHeld,
    });
  }
}

/** Whether a read is worth an answer although it has no records. */
export function isRemarkable({ errorCode, divergingEpoch, preferredReadReplica }: PartitionRead): boolean {
  return errorCode !== ErrorCode.NONE || divergingEpoch !== null || preferredReadReplica !== NO_REPLICA;
}

const NO_REPLICA = -1;
