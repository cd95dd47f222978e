import { PartitionWatches } from './partition-watches.ts';

/** Where readers stop, in the order in which a record passes them backwards. */
interface ReadEnds {
  readonly highWatermark: number;
  readonly lastStableOffset: number;
}

/** Those who wait to read a partition, by how far they see. */
export class PartitionReaders {
  readonly waiting = {
    'log-end': new PartitionWatches(),
    'high-watermark': new PartitionWatches(),
    'last-stable-offset': new PartitionWatches(),
  };
  #lastStableOffset: number;
  /** Of records that are committed and whose transactions are not known to be at an end. */
  #unstableBytes = 0;

  constructor({ lastStableOffset }: ReadEnds) {
    this.#lastStableOffset = lastStableOffset;
  }

  /** The high watermark has moved over about so many bytes. */
  committedGrew(bytes: number, ends: ReadEnds): void {
    this.waiting['high-watermark'].grew(bytes);
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
    this.waiting['last-stable-offset'].grew(bytes);
  }

  /** An offset has moved that every answer tells. */
  moved(): void {
    this.waiting['log-end'].moved();
  }

  /** Wakes all, whatever they wait for. */
  disturb(): void {
    for (const watches of Object.values(this.waiting)) watches.disturb();
  }
}
