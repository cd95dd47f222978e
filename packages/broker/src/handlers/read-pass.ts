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
      const wave = Array.from({ length: next - first }, (_, place) => first + place);
      await Promise.all(wave.map((index) => this.#read(index, isNothingYet && index === first)));
      for (const index of wave) {
        if (this.#sizeInBytes === 0 && index !== first && this.hasMore(index)) await this.#read(index, true);
      }
    }
  }

  /** Reads one again that has changed; what the others gave stays. */
  async readAgain(index: number): Promise<void> {
    const foundElsewhere = this.#sizeInBytes - (this.#reads[index]?.sizeInBytes ?? 0);
    await this.#read(index, foundElsewhere === 0);
  }

  /** Reads one more. */
  async readAlso(target: FetchTarget): Promise<void> {
    this.#targets.push(target);
    await this.#read(this.#targets.length - 1, this.#sizeInBytes === 0);
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

  async #read(index: number, minOneBatch: boolean): Promise<void> {
    const target = this.#targets[index];
    if (target === undefined) return;
    this.#sizeInBytes -= this.#reads[index]?.sizeInBytes ?? 0;
    const read = await this.#readTarget(target, minOneBatch);
    this.#reads[index] = read;
    this.#sizeInBytes += read.sizeInBytes;
  }

  #readTarget({ partition, fetch, errorCode }: FetchTarget, minOneBatch: boolean): Promise<PartitionRead> {
    // As Kafka has it: no aborted transactions where nobody looked, null where a log was asked.
    if (partition === null) return Promise.resolve({ ...failedRead(errorCode), abortedTransactions: [] });
    const { isolation, requireLeader, maxBytes, betterReplica, isHeldBack } = this.#options;
    const better = betterReplica(partition, fetch);
    if (better !== null) {
      return Promise.resolve(redirectedRead(partition, fetch.currentLeaderEpoch, better));
    }
    const isHeld = isHeldBack(partition);
    return readPartition(partition, {
      ...fetch,
      ...{ isolation, requireLeader },
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
