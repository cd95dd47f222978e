import type { File } from '../runtime/disk.ts';
import { type WalkedBatch, walkBatches } from './batch-walk.ts';

/** How often a walk begins anew behind an entry that led to the end of the segment; each costs reading all of it. */
const RESTARTS_MAX = 16;

/**
 * The batches of the segment that an index belongs to, walked through once alongside the index's entries, which ascend
 * as the batches do.
 */
export class LogBeside {
  readonly sizeInBytes: number;
  readonly #file: File;
  #batches: ReturnType<typeof walkBatches>;
  #current: WalkedBatch | null = null;
  #restartsLeft = RESTARTS_MAX;

  constructor(file: File, sizeInBytes: number) {
    this.sizeInBytes = sizeInBytes;
    this.#file = file;
    this.#batches = this.#walk();
  }

  /** The first batch, from where the last call ended, of which `isReached` is true; null when none is left. */
  async batchWhere(isReached: (batch: WalkedBatch) => boolean): Promise<WalkedBatch | null> {
    while (this.#current === null || !isReached(this.#current)) {
      const { value, done } = await this.#batches.next();
      if (done === true || value.kind === 'damage') {
        this.#restart();
        return null;
      }
      this.#current = value;
    }
    return this.#current;
  }

  #restart(): void {
    this.#current = null;
    if (this.#restartsLeft-- > 0) this.#batches = this.#walk();
  }

  #walk(): ReturnType<typeof walkBatches> {
    return walkBatches(this.#file, { sizeInBytes: this.sizeInBytes, checksums: false });
  }
}
