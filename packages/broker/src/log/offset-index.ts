import { IndexEntries } from './index-entries.ts';

const ENTRY_BYTES = 8;

export interface OffsetPosition {
  readonly offset: number;
  /** Where in the `.log` file the batch with this last offset begins. */
  readonly position: number;
}

/**
 * The `.index` of a segment: for about every `index.interval.bytes` an entry of the last offset of a batch, less
 * the base offset, and the position where the batch begins (two int32).
 */
export class OffsetIndex {
  readonly #baseOffset: number;
  readonly #entries: IndexEntries;

  private constructor(baseOffset: number, entries: IndexEntries) {
    this.#baseOffset = baseOffset;
    this.#entries = entries;
  }

  static empty(baseOffset: number): OffsetIndex {
    return new OffsetIndex(baseOffset, new IndexEntries(ENTRY_BYTES));
  }

  /**
   * Over a file's bytes, or null when they are no index of a segment of `segmentBytes`: entries must ascend and
   * point into the segment. The zeroes with which Kafka fills the index of an active segment are left out.
   */
  static parse(baseOffset: number, bytes: Uint8Array, segmentBytes: number): OffsetIndex | null {
    if (bytes.length % ENTRY_BYTES !== 0) return null;
    const entries = new IndexEntries(ENTRY_BYTES, bytes);
    const { view } = entries;
    let count = entries.count;
    while (count > 0 && view.getInt32((count - 1) * ENTRY_BYTES + 4) === 0) count--;
    entries.truncate(count);
    for (let entry = 0; entry < count; entry++) {
      const at = entry * ENTRY_BYTES;
      if (view.getInt32(at) < 0 || view.getInt32(at + 4) < 0 || view.getInt32(at + 4) >= segmentBytes)
        return null;
      if (entry > 0 && view.getInt32(at) <= view.getInt32(at - ENTRY_BYTES)) return null;
      if (entry > 0 && view.getInt32(at + 4) <= view.getInt32(at - ENTRY_BYTES + 4)) return null;
    }
    return new OffsetIndex(baseOffset, entries);
  }

  get count(): number {
    return this.#entries.count;
  }

  get memoryBytes(): number {
    return this.#entries.memoryBytes;
  }

  /** The first entry, or the beginning of the segment. */
  get first(): OffsetPosition {
    return this.#entry(Math.min(0, this.#entries.count - 1));
  }

  /** The last entry, or the beginning of the segment. */
  get last(): OffsetPosition {
    return this.#entry(this.#entries.count - 1);
  }

  isFull(maxBytes: number, pending = 0): boolean {
    return this.#entries.count + pending >= Math.floor(maxBytes / ENTRY_BYTES);
  }

  append(lastOffset: number, position: number): void {
    const at = this.#entries.grow();
    this.#entries.view.setInt32(at, lastOffset - this.#baseOffset);
    this.#entries.view.setInt32(at + 4, position);
  }

  /** The entry with the largest offset not above `offset`, or the beginning of the segment. */
  lookup(offset: number): OffsetPosition {
    const { view } = this.#entries;
    return this.#entry(
      this.#entries.lastNotAbove(offset - this.#baseOffset, (entry) => view.getInt32(entry * ENTRY_BYTES)),
    );
  }

  /** Forgets the entries of batches that end at or above `offset`. */
  truncateTo(offset: number): void {
    const { view } = this.#entries;
    const below = offset - this.#baseOffset - 1;
    this.#entries.truncate(
      this.#entries.lastNotAbove(below, (entry) => view.getInt32(entry * ENTRY_BYTES)) + 1,
    );
  }

  /** The content of the file. */
  bytes(): Uint8Array {
    return this.#entries.bytes();
  }

  #entry(entry: number): OffsetPosition {
    if (entry < 0) return { offset: this.#baseOffset, position: 0 };
    const { view } = this.#entries;
    const at = entry * ENTRY_BYTES;
    return { offset: this.#baseOffset + view.getInt32(at), position: view.getInt32(at + 4) };
  }
}
