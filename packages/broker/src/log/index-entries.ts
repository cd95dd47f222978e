const FIRST_CAPACITY_ENTRIES = 16;

/** Of all tables that are empty: memory outside of the heap costs more than what lies in it. */
const NO_ENTRIES = new DataView(new ArrayBuffer(0));

/**
 * Fixed-size entries in the layout of their file, in ascending order, in memory. Both kinds of index are kept as
 * such a table: looking up costs no system call, and writing the file is one write.
 */
export class IndexEntries {
  readonly entryBytes: number;
  #view: DataView;
  #count: number;

  /** Over the bytes of a file, which are kept; a partial entry at their end is left out. */
  constructor(entryBytes: number, bytes?: Uint8Array) {
    this.entryBytes = entryBytes;
    this.#view =
      bytes === undefined ? NO_ENTRIES : new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#count = Math.floor(this.#view.byteLength / entryBytes);
  }

  get count(): number {
    return this.#count;
  }

  get view(): DataView {
    return this.#view;
  }

  /** What the table takes of the memory, with the room that is set aside for entries to come. */
  get memoryBytes(): number {
    return this.#view.buffer.byteLength;
  }

  /** Makes room for one more entry and returns the byte position to write it at. */
  grow(): number {
    const position = this.#count * this.entryBytes;
    if (position + this.entryBytes > this.#view.byteLength) this.#enlarge();
    this.#count++;
    return position;
  }

  #enlarge(): void {
    const larger = new Uint8Array(Math.max(FIRST_CAPACITY_ENTRIES, this.#count * 2) * this.entryBytes);
    larger.set(this.bytes());
    this.#view = new DataView(larger.buffer);
  }

  /** Forgets all entries from the `count`-th on. */
  truncate(count: number): void {
    this.#count = Math.min(this.#count, count);
  }

  /** The last entry whose value is not above `target`, or -1. */
  lastNotAbove(target: number, valueAt: (entry: number) => number): number {
    let low = -1;
    let high = this.#count - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (valueAt(middle) <= target) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The content of the file. */
  bytes(): Uint8Array {
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset, this.#count * this.entryBytes);
  }
}
