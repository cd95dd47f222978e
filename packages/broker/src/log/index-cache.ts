import type { OffsetIndex } from './offset-index.ts';
import type { TimeIndex } from './time-index.ts';
import type { TransactionIndex } from './transaction-index.ts';

/** The indexes of a segment by which records are found. */
export interface SegmentIndexes {
  readonly offsets: OffsetIndex;
  readonly times: TimeIndex;
}

/** What the content of an index file is kept as. */
export type CachedIndex = OffsetIndex | TimeIndex | TransactionIndex;

/**
 * The indexes of closed segments that were needed last, up to a budget: a log of ten thousand segments costs no
 * memory for those that nobody reads.
 */
export class IndexCache {
  readonly #budgetBytes: number;
  /** By the path of the file, unused longest first. */
  readonly #kept = new Map<string, CachedIndex>();
  #usedBytes = 0;

  constructor(budgetBytes: number) {
    this.#budgetBytes = budgetBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  get(path: string): CachedIndex | undefined {
    const index = this.#kept.get(path);
    if (index === undefined) return undefined;
    this.#kept.delete(path);
    this.#kept.set(path, index);
    return index;
  }

  /** Keeps an index that does not change any more. */
  add(path: string, index: CachedIndex): void {
    this.forget(path);
    this.#kept.set(path, index);
    this.#usedBytes += costOf(index);
    for (const oldest of this.#kept.keys()) {
      if (this.#usedBytes <= this.#budgetBytes || oldest === path) break;
      this.forget(oldest);
    }
  }

  forget(path: string): void {
    const index = this.#kept.get(path);
    if (index === undefined) return;
    this.#kept.delete(path);
    this.#usedBytes -= costOf(index);
  }
}

/** What an entry costs besides the bytes of the index: its path, and the objects around it. */
const BYTES_PER_INDEX = 512;

function costOf(index: CachedIndex): number {
  return index.memoryBytes + BYTES_PER_INDEX;
}
