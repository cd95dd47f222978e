import type { OffsetIndex } from './offset-index.ts';
import type { TimeIndex } from './time-index.ts';

/** Both indexes of a segment. */
export interface SegmentIndexes {
  readonly offsets: OffsetIndex;
  readonly times: TimeIndex;
}

/**
 * The indexes of closed segments that were needed last, up to a budget: a log of ten thousand segments costs no
 * memory for those that nobody reads.
 */
export class IndexCache {
  readonly #budgetBytes: number;
  /** By the path of the `.log` file, unused longest first. */
  readonly #kept = new Map<string, SegmentIndexes>();
  #usedBytes = 0;

  constructor(budgetBytes: number) {
    this.#budgetBytes = budgetBytes;
  }

  get(path: string): SegmentIndexes | undefined {
    const indexes = this.#kept.get(path);
    if (indexes === undefined) return undefined;
    this.#kept.delete(path);
    this.#kept.set(path, indexes);
    return indexes;
  }

  add(path: string, indexes: SegmentIndexes): void {
    this.forget(path);
    this.#kept.set(path, indexes);
    this.#usedBytes += sizeOf(indexes);
    for (const oldest of this.#kept.keys()) {
      if (this.#usedBytes <= this.#budgetBytes || oldest === path) break;
      this.forget(oldest);
    }
  }

  forget(path: string): void {
    const indexes = this.#kept.get(path);
    if (indexes === undefined) return;
    this.#kept.delete(path);
    this.#usedBytes -= sizeOf(indexes);
  }
}

function sizeOf({ offsets, times }: SegmentIndexes): number {
  return offsets.bytes().byteLength + times.bytes().byteLength;
}
