import { IndexEntries } from './index-entries.ts';

export const TIME_INDEX_ENTRY_BYTES = 12;

const ENTRY_BYTES = TIME_INDEX_ENTRY_BYTES;

export interface TimestampOffset {
  /** -1 when nothing has a timestamp. */
  readonly timestamp: number;
  readonly offset: number;
}

/**
 * The `.timeindex` of a segment: entries of a timestamp (int64) and the last offset, less the base offset
 * (int32), of the batch that brought it. An entry says that no batch up to that one has a larger timestamp.
 */
export class TimeIndex {
  readonly #baseOffset: number;
  readonly #entries: IndexEntries;

  private constructor(baseOffset: number, entries: IndexEntries) {
    this.#baseOffset = baseOffset;
    this.#entries = entries;
  }

  static empty(baseOffset: number): TimeIndex {
    return new TimeIndex(baseOffset, new IndexEntries(ENTRY_BYTES));
  }

  /** Over a file's bytes, or null when they are no time index: both timestamps and offsets must ascend. */
  static parse(baseOffset: number, bytes: Uint8Array): TimeIndex | null {
    if (bytes.length % ENTRY_BYTES !== 0) return null;
    const index = new TimeIndex(baseOffset, new IndexEntries(ENTRY_BYTES, bytes));
    const entries = index.#entries;
    // Kafka fills the index of an active segment with zeroes.
    while (entries.count > 0 && index.#timestamp(entries.count - 1) === 0)
      entries.truncate(entries.count - 1);
    for (let entry = 0; entry < entries.count; entry++) {
      if (index.#relativeOffset(entry) < 0) return null;
      if (entry > 0 && index.#timestamp(entry) <= index.#timestamp(entry - 1)) return null;
      if (entry > 0 && index.#relativeOffset(entry) < index.#relativeOffset(entry - 1)) return null;
    }
    return index;
  }

  /** The entry in the last bytes of a file, or null where they are none that a closed segment ends with. */
  static parseLast(baseOffset: number, bytes: Uint8Array): TimestampOffset | null {
    const index = new TimeIndex(baseOffset, new IndexEntries(ENTRY_BYTES, bytes));
    const { last } = index;
    return last.timestamp > 0 && last.offset >= baseOffset ? last : null;
  }

  get count(): number {
    return this.#entries.count;
  }

  get memoryBytes(): number {
    return this.#entries.memoryBytes;
  }

  /** The first entry; timestamp -1 at the base offset without one. */
  get first(): TimestampOffset {
    return this.#entry(Math.min(0, this.#entries.count - 1));
  }

  /** The last entry; timestamp -1 at the base offset without one. */
  get last(): TimestampOffset {
    return this.#entry(this.#entries.count - 1);
  }

  /** One slot is kept for the entry that is written when the segment is rolled. */
  isFull(maxBytes: number, pending = 0): boolean {
    return this.#entries.count + pending >= Math.floor(maxBytes / ENTRY_BYTES) - 1;
  }

  /** Adds an entry; does nothing unless the timestamp is larger than all before. */
  append(timestamp: number, offset: number): void {
    if (timestamp <= this.last.timestamp) return;
    const at = this.#entries.grow();
    this.#entries.view.setInt32(at, Math.floor(timestamp / 2 ** 32));
    this.#entries.view.setUint32(at + 4, timestamp >>> 0);
    this.#entries.view.setInt32(at + 8, offset - this.#baseOffset);
  }

  /** The entry with the largest timestamp not above `timestamp`: what is sought lies behind its offset. */
  lookup(timestamp: number): TimestampOffset {
    return this.#entry(this.#entries.lastNotAbove(timestamp, (entry) => this.#timestamp(entry)));
  }

  /** The entry with the smallest timestamp not below `timestamp`, or null. */
  firstNotBelow(timestamp: number): TimestampOffset | null {
    const below = this.#entries.lastNotAbove(timestamp - 1, (entry) => this.#timestamp(entry));
    return below + 1 < this.#entries.count ? this.#entry(below + 1) : null;
  }

  /** Forgets the entries of batches that end at or above `offset`. */
  truncateTo(offset: number): void {
    const below = offset - this.#baseOffset - 1;
    this.#entries.truncate(this.#entries.lastNotAbove(below, (entry) => this.#relativeOffset(entry)) + 1);
  }

  /** The content of the file. */
  bytes(): Uint8Array {
    return this.#entries.bytes();
  }

  #entry(entry: number): TimestampOffset {
    if (entry < 0) return { timestamp: -1, offset: this.#baseOffset };
    return { timestamp: this.#timestamp(entry), offset: this.#baseOffset + this.#relativeOffset(entry) };
  }

  #timestamp(entry: number): number {
    const { view } = this.#entries;
    const at = entry * ENTRY_BYTES;
    return view.getInt32(at) * 2 ** 32 + view.getUint32(at + 4);
  }

  #relativeOffset(entry: number): number {
    return this.#entries.view.getInt32(entry * ENTRY_BYTES + 8);
  }
}
