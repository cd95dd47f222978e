import type { ReadIsolation } from './partition.ts';
import { PartitionWatches } from './partition-watches.ts';

/** Where readers stop, in the order in which a record passes them backwards. */
interface ReadEnds {
  readonly highWatermark: number;
  readonly lastStableOffset: number;
}

/** Those who wait to read a partition, by how far they see. Where nobody ever has there is nothing to be told. */
export class PartitionReaders {
  #logEnd: PartitionWatches | null = null;
  #highWatermark: PartitionWatches | null = null;
  #lastStable: PartitionWatches | null = null;
  #lastStableOffset: number;
  /** Of records that are committed and whose transactions are not known to be at an end. */
  #unstableBytes = 0;

  constructor({ lastStableOffset }: ReadEnds) {
    this.#lastStableOffset = lastStableOffset;
  }

  /** Those who see so far. */
  waiting(isolation: ReadIsolation): PartitionWatches {
    switch (isolation) {
      case 'log-end':
        this.#logEnd ??= new PartitionWatches();
        return this.#logEnd;
      case 'high-watermark':
        this.#highWatermark ??= new PartitionWatches();
        return this.#highWatermark;
      case 'last-stable-offset':
        this.#lastStable ??= new PartitionWatches();
        return this.#lastStable;
    }
  }

  /** The log has grown by about so many bytes. */
  logGrew(bytes: number): void {
    this.#logEnd?.grew(bytes);
  }

  /** The high watermark has moved over about so many bytes. */
  committedGrew(bytes: number, ends: ReadEnds): void {
    this.#highWatermark?.grew(bytes);
    this.#unstableBytes += bytes;
    this.stableMoved(ends);
  }

  /**
   * The last stable offset may have moved. How many bytes it has passed is not known: as many as its part of the
   * offsets that were not stable.
   */
  stableMoved({ highWatermark, lastStableOffset }: ReadEnds): void {
    const passed = lastStableOffset - this.#lastStableOffset;
    const unstable = highWatermark - this.#lastStableOffset;
    this.#lastStableOffset = lastStableOffset;
    if (passed <= 0) return;
    const bytes = Math.max(1, Math.round((this.#unstableBytes * passed) / unstable));
    this.#unstableBytes = Math.max(0, this.#unstableBytes - bytes);
    this.#lastStable?.grew(bytes);
  }

  /** An offset has moved that every answer tells. */
  moved(): void {
    this.#logEnd?.moved();
  }

  /** Wakes all, whatever they wait for. */
  disturb(): void {
    this.#logEnd?.disturb();
    this.#highWatermark?.disturb();
    this.#lastStable?.disturb();
  }
}
