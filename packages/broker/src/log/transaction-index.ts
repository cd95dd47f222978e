import type { Disk } from '../runtime/disk.ts';
import { readWholeFile } from '../runtime/whole-file.ts';
import { DamagedFileError } from './checkpoint-files.ts';

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
  readonly #transactions: AbortedTransaction[];
  #changed = false;

  constructor(transactions: readonly AbortedTransaction[] = []) {
    this.#transactions = [...transactions];
  }

  /** Reads the file at `path`; one that is not there is an empty index. */
  static async read(disk: Disk, path: string): Promise<TransactionIndex> {
    const bytes = await readWholeFile(disk, path);
    return new TransactionIndex(bytes === null ? [] : parse(bytes, path));
  }

  get isEmpty(): boolean {
    return this.#transactions.length === 0;
  }

  /** True once after each change: the file is then to be written. */
  takeChanged(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  append(transaction: AbortedTransaction): void {
    this.#transactions.push(transaction);
    this.#changed = true;
  }

  /** Forgets the transactions whose marker lies at or above `offset`. */
  truncateTo(offset: number): void {
    const kept = this.#transactions.findIndex((transaction) => transaction.lastOffset >= offset);
    if (kept < 0) return;
    this.#transactions.length = kept;
    this.#changed = true;
  }

  /**
   * Adds to `found` the transactions with records in `[fromOffset, upToOffset)`. True when later segments cannot
   * hold more of them.
   */
  collect(fromOffset: number, upToOffset: number, found: AbortedTransaction[]): boolean {
    for (const transaction of this.#transactions) {
      if (transaction.lastOffset >= fromOffset && transaction.firstOffset < upToOffset)
        found.push(transaction);
      if (transaction.lastStableOffset >= upToOffset) return true;
    }
    return false;
  }

  /** The content of the file. */
  bytes(): Uint8Array {
    const view = new DataView(new ArrayBuffer(this.#transactions.length * ENTRY_BYTES));
    for (const [entry, transaction] of this.#transactions.entries()) {
      const at = entry * ENTRY_BYTES;
      view.setInt16(at, VERSION);
      setInt64(view, at + 2, transaction.producerId);
      setInt64(view, at + 10, transaction.firstOffset);
      setInt64(view, at + 18, transaction.lastOffset);
      setInt64(view, at + 26, transaction.lastStableOffset);
    }
    return new Uint8Array(view.buffer);
  }
}

function parse(bytes: Uint8Array, path: string): AbortedTransaction[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const transactions: AbortedTransaction[] = [];
  for (let at = 0; at + ENTRY_BYTES <= bytes.length; at += ENTRY_BYTES) {
    if (view.getInt16(at) !== VERSION)
      throw new DamagedFileError(path, `unknown version of entry at byte ${at}`);
    transactions.push({
      producerId: getInt64(view, at + 2),
      firstOffset: getInt64(view, at + 10),
      lastOffset: getInt64(view, at + 18),
      lastStableOffset: getInt64(view, at + 26),
    });
  }
  return transactions;
}

function getInt64(view: DataView, at: number): number {
  return view.getInt32(at) * 2 ** 32 + view.getUint32(at + 4);
}

function setInt64(view: DataView, at: number, value: number): void {
  view.setInt32(at, Math.floor(value / 2 ** 32));
  view.setUint32(at + 4, value >>> 0);
}
