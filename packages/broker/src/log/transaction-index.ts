import type { Disk } from '../runtime/disk.ts';
import { readWholeFile } from '../runtime/whole-file.ts';
import { DamagedFileError } from './checkpoint-files.ts';
import { isUnreadable } from './damaged-log-error.ts';
import { IndexEntries } from './index-entries.ts';

/** An aborted transaction of one producer in one partition. */
export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
  /** The offset of the ABORT marker. */
  readonly lastOffset: number;
  /** The last stable offset when the marker was written: a read above it need not look further. */
  readonly lastStableOffset: number;
}

const ENTRY_BYTES = 34;
const VERSION = 0;

/**
 * The `.txnindex` of a segment: the transactions whose ABORT marker lies in it, in the order of the markers. Each
 * entry is a version (int16) and four int64. Without an aborted transaction there is no file.
 */
export class TransactionIndex {
  readonly #entries: IndexEntries;
  #changed = false;

  private constructor(entries: IndexEntries) {
    this.#entries = entries;
  }

  static empty(): TransactionIndex {
    return new TransactionIndex(new IndexEntries(ENTRY_BYTES));
  }

  /** Reads the file at `path`; one that is not there is an empty index, and one that cannot be read a damaged one. */
  static async read(disk: Disk, path: string, baseOffset: number): Promise<TransactionIndex> {
    const bytes = await readWholeFile(disk, path).catch((error: unknown) => {
      throw isUnreadable(error) ? new DamagedFileError(path, `it cannot be read (${error.code})`) : error;
    });
    return bytes === null ? TransactionIndex.empty() : TransactionIndex.parse(bytes, path, baseOffset);
  }

  /**
   * Over a file's bytes, which are kept; its segment begins at `baseOffset`. Throws a `DamagedFileError` where markers
   * do not ascend, or one does not end records before it.
   */
  static parse(bytes: Uint8Array, path: string, baseOffset = 0): TransactionIndex {
    const entries = new IndexEntries(ENTRY_BYTES, bytes);
    for (let at = 0; at < entries.count * ENTRY_BYTES; at += ENTRY_BYTES) {
      if (entries.view.getInt16(at) !== VERSION)
        throw new DamagedFileError(path, `unknown version of entry at byte ${at}`);
      const [firstOffset, lastOffset] = [getInt64(entries.view, at + 10), getInt64(entries.view, at + 18)];
      const least = at === 0 ? baseOffset : getInt64(entries.view, at - ENTRY_BYTES + 18) + 1;
      if (lastOffset < least || firstOffset >= lastOffset)
        throw new DamagedFileError(path, `no aborted transaction at byte ${at}`);
    }
    return new TransactionIndex(entries);
  }

  get isEmpty(): boolean {
    return this.#entries.count === 0;
  }

  get memoryBytes(): number {
    return this.#entries.memoryBytes;
  }

  /** True once after each change: the file is then to be written. */
  takeChanged(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  /** The file says something else. */
  noteChanged(): void {
    this.#changed = true;
  }

  append({ producerId, firstOffset, lastOffset, lastStableOffset }: AbortedTransaction): void {
    const at = this.#entries.grow();
    const { view } = this.#entries;
    view.setInt16(at, VERSION);
    setInt64(view, at + 2, producerId);
    setInt64(view, at + 10, firstOffset);
    setInt64(view, at + 18, lastOffset);
    setInt64(view, at + 26, lastStableOffset);
    this.#changed = true;
  }

  /** Forgets the transactions whose marker lies at or above `offset`. */
  truncateTo(offset: number): void {
    const kept = this.#firstEndingAt(offset);
    if (kept === this.#entries.count) return;
    this.#entries.truncate(kept);
    this.#changed = true;
  }

  /**
   * Adds to `found` the transactions with records in `[fromOffset, upToOffset)`. True when later segments cannot
   * hold more of them.
   */
  collect(fromOffset: number, upToOffset: number, found: AbortedTransaction[]): boolean {
    for (let entry = this.#firstEndingAt(fromOffset); entry < this.#entries.count; entry++) {
      const transaction = this.#transaction(entry);
      if (transaction.firstOffset < upToOffset) found.push(transaction);
      if (transaction.lastStableOffset >= upToOffset) return true;
    }
    return false;
  }

  /** The content of the file. */
  bytes(): Uint8Array {
    return this.#entries.bytes();
  }

  /** The first entry whose marker lies at or above `offset`. */
  #firstEndingAt(offset: number): number {
    return this.#entries.lastNotAbove(offset - 1, (entry) => this.#markerOffset(entry)) + 1;
  }

  #markerOffset(entry: number): number {
    return getInt64(this.#entries.view, entry * ENTRY_BYTES + 18);
  }

  #transaction(entry: number): AbortedTransaction {
    const { view } = this.#entries;
    const at = entry * ENTRY_BYTES;
    return {
      producerId: getInt64(view, at + 2),
      firstOffset: getInt64(view, at + 10),
      lastOffset: getInt64(view, at + 18),
      lastStableOffset: getInt64(view, at + 26),
    };
  }
}

function getInt64(view: DataView, at: number): number {
  return view.getInt32(at) * 2 ** 32 + view.getUint32(at + 4);
}

function setInt64(view: DataView, at: number, value: number): void {
  view.setInt32(at, Math.floor(value / 2 ** 32));
  view.setUint32(at + 4, value >>> 0);
}
