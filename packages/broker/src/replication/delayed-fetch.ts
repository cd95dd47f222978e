import type { Clock, Timer } from '../runtime/clock.ts';

/** What a partition tells those who wait for it. */
export interface PartitionWatch {
  /** `bytes` more can be read by consumers. */
  readableGrew(bytes: number): void;
  /** An offset has moved that every answer tells: the high watermark, or the log start offset. */
  moved?(): void;
  /** Something else changed that may change an answer: leadership, log start offset, the partition is gone. */
  disturbed(): void;
}

/** Two counters that only grow: how far a partition had come when it was read. */
export interface PartitionMark {
  readonly readableBytes: number;
  readonly disturbances: number;
}

/** A partition as far as waiting for it goes. */
export interface WatchedPartition {
  mark(): PartitionMark;
  watch(watch: PartitionWatch): void;
  unwatch(watch: PartitionWatch): void;
}

export interface DelayedFetchOptions {
  /** By the index under which `changed` names them, each with its mark from before it was read. */
  readonly partitions: readonly { readonly partition: WatchedPartition; readonly mark: PartitionMark }[];
  /** How many bytes are wanted beyond those that were read. */
  readonly missingBytes: number;
  readonly maxWaitMs: number;
  readonly clock: Clock;
}

/**
 * A fetch that could not be satisfied and waits in the purgatory with its byte count. It ends when the partitions
 * together have grown by what was missing, when one of them is disturbed, or when the time is over. Waking it
 * costs as much as partitions changed, not as many as were asked.
 *
 * Resolves with the indices of the partitions that changed since their marks: only they need to be read again.
 */
export function delayFetch(options: DelayedFetchOptions): Promise<ReadonlySet<number>> {
  return new Promise((resolve) => new DelayedFetch(options, resolve).start());
}

class DelayedFetch {
  readonly #options: DelayedFetchOptions;
  readonly #resolve: (changed: ReadonlySet<number>) => void;
  readonly #changed = new Set<number>();
  readonly #watches: PartitionWatch[] = [];
  #missingBytes: number;
  #timer: Timer | null = null;
  #isDone = false;

  constructor(options: DelayedFetchOptions, resolve: (changed: ReadonlySet<number>) => void) {
    this.#options = options;
    this.#resolve = resolve;
    this.#missingBytes = options.missingBytes;
  }

  start(): void {
    const { partitions, maxWaitMs, clock } = this.#options;
    this.#timer = clock.after(maxWaitMs, () => this.#finish());
    for (const [index, { partition, mark }] of partitions.entries()) {
      const watch: PartitionWatch = {
        readableGrew: (bytes) => this.#grew(index, bytes),
        disturbed: () => this.#disturbed(index),
      };
      this.#watches.push(watch);
      partition.watch(watch);
      // Reading takes time: what happened since then would never be told.
      const { readableBytes, disturbances } = partition.mark();
      if (readableBytes > mark.readableBytes) this.#grew(index, readableBytes - mark.readableBytes);
      if (disturbances > mark.disturbances) this.#disturbed(index);
    }
    if (this.#isDone) this.#unwatch();
  }

  #grew(index: number, bytes: number): void {
    this.#changed.add(index);
    this.#missingBytes -= bytes;
    if (this.#missingBytes <= 0) this.#finish();
  }

  #disturbed(index: number): void {
    this.#changed.add(index);
    this.#finish();
  }

  #finish(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#timer?.cancel();
    this.#unwatch();
    this.#resolve(this.#changed);
  }

  #unwatch(): void {
    for (const [index, watch] of this.#watches.entries()) {
      this.#options.partitions[index]?.partition.unwatch(watch);
    }
  }
}
