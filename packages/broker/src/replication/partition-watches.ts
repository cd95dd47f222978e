import type { PartitionMark, PartitionWatch } from './delayed-fetch.ts';

/** Those who wait for a partition, and how far it had come when they began. */
export class PartitionWatches {
  /** Null until somebody waits: most partitions are never waited for in every way. */
  #watches: Set<PartitionWatch> | null = null;
  #readableBytes = 0;
  #disturbances = 0;

  mark(): PartitionMark {
    return { readableBytes: this.#readableBytes, disturbances: this.#disturbances };
  }

  watch(watch: PartitionWatch): void {
    this.#watches ??= new Set();
    this.#watches.add(watch);
  }

  unwatch(watch: PartitionWatch): void {
    this.#watches?.delete(watch);
  }

  grew(bytes: number): void {
    if (bytes === 0) return;
    this.#readableBytes += bytes;
    if (this.#watches === null || this.#watches.size === 0) return;
    for (const watch of [...this.#watches]) watch.readableGrew(bytes);
  }

  /** An offset has moved that answers tell: the high watermark, or the start of the log. */
  moved(): void {
    if (this.#watches === null || this.#watches.size === 0) return;
    for (const watch of [...this.#watches]) watch.moved?.();
  }

  /** Wakes all, whatever they wait for. */
  disturb(): void {
    this.#disturbances += 1;
    if (this.#watches === null || this.#watches.size === 0) return;
    for (const watch of [...this.#watches]) watch.disturbed();
  }
}
