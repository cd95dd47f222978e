import { DiskError } from '../runtime/disk.ts';
import { readWholeFile } from '../runtime/whole-file.ts';
import { isUnreadable } from './damaged-log-error.ts';
import type { CachedIndex, SegmentIndexes } from './index-cache.ts';
import type { LogEnvironment } from './log-environment.ts';
import { OffsetIndex } from './offset-index.ts';
import { segmentFile } from './segment-files.ts';
import { TIME_INDEX_ENTRY_BYTES, TimeIndex, type TimestampOffset } from './time-index.ts';
import { TransactionIndex } from './transaction-index.ts';

/** The index files of a closed segment: each is read when it is needed, and kept as long as the cache has room. */
export class ClosedIndexes {
  readonly #environment: LogEnvironment;
  readonly #directory: string;
  readonly #baseOffset: number;
  /** Whether the files have other names now, or their names belong to another segment. */
  #isRetired = false;

  constructor(environment: LogEnvironment, directory: string, baseOffset: number) {
    this.#environment = environment;
    this.#directory = directory;
    this.#baseOffset = baseOffset;
  }

  /** Null when the file is missing or unreadable, or is no index of a segment of `segmentBytes`. */
  async offsets(segmentBytes: number): Promise<OffsetIndex | null> {
    const { indexes } = this.#environment;
    const path = this.#path('.index');
    const known = indexes.get(path);
    if (known instanceof OffsetIndex) return known;
    const bytes = await orNull(readWholeFile(this.#environment.disk, path));
    const index = bytes === null ? null : OffsetIndex.parse(this.#baseOffset, bytes, segmentBytes);
    if (index !== null) this.#keep(path, index);
    return index;
  }

  /** Null when the file is missing or unreadable, or is no time index. */
  async times(): Promise<TimeIndex | null> {
    const { indexes } = this.#environment;
    const path = this.#path('.timeindex');
    const known = indexes.get(path);
    if (known instanceof TimeIndex) return known;
    const bytes = await orNull(readWholeFile(this.#environment.disk, path));
    const index = bytes === null ? null : TimeIndex.parse(this.#baseOffset, bytes);
    if (index !== null) this.#keep(path, index);
    return index;
  }

  /** The last entry of the time index, read alone; null when it cannot be, or does not look like one. */
  newest(): Promise<TimestampOffset | null> {
    return orNull(this.#readNewest());
  }

  async #readNewest(): Promise<TimestampOffset | null> {
    const file = await this.#environment.disk.open(this.#path('.timeindex'), 'read');
    try {
      const size = await file.size();
      if (size === 0 || size % TIME_INDEX_ENTRY_BYTES !== 0) return null;
      const bytes = new Uint8Array(TIME_INDEX_ENTRY_BYTES);
      await file.read(bytes, size - bytes.length);
      return TimeIndex.parseLast(this.#baseOffset, bytes);
    } finally {
      await file.close();
    }
  }

  /** Empty where there is no file. Rejects with a `DamagedFileError`. */
  async transactions(): Promise<TransactionIndex> {
    const { indexes, disk } = this.#environment;
    const path = this.#path('.txnindex');
    const known = indexes.get(path);
    if (known instanceof TransactionIndex) return known;
    const index = await TransactionIndex.read(disk, path, this.#baseOffset);
    this.#keep(path, index);
    return index;
  }

  /** The size of the larger of the files by which records are found; one that is missing has none. */
  async sizeInBytes(): Promise<number> {
    const { disk } = this.#environment;
    let largest = 0;
    for (const suffix of ['.index', '.timeindex'] as const) {
      try {
        largest = Math.max(largest, (await disk.stat(this.#path(suffix))).sizeInBytes);
      } catch (error) {
        if (!(error instanceof DiskError && error.code === 'ENOENT')) throw error;
      }
    }
    return largest;
  }

  /** Keeps what the files were just written with, or would have to be. */
  keep({ offsets, times }: SegmentIndexes, transactions: TransactionIndex | null): void {
    this.#keep(this.#path('.index'), offsets);
    this.#keep(this.#path('.timeindex'), times);
    if (transactions !== null) this.#keep(this.#path('.txnindex'), transactions);
  }

  /** Forgets what is kept: the segment grows again, or was cut off, or is to go. */
  forget(): void {
    for (const suffix of ['.index', '.timeindex', '.txnindex'] as const)
      this.#environment.indexes.forget(this.#path(suffix));
  }

  /** Forgets what is kept, and keeps nothing any more: what is being read now may be of another segment. */
  retire(): void {
    this.forget();
    this.#isRetired = true;
  }

  #keep(path: string, index: CachedIndex): void {
    if (!this.#isRetired) this.#environment.indexes.add(path, index);
  }

  #path(suffix: '.index' | '.timeindex' | '.txnindex'): string {
    return segmentFile(this.#directory, this.#baseOffset, suffix);
  }
}

/** Null for a file that is missing, or that cannot be read where it lies: the records tell what it would. */
async function orNull<Read>(reading: Promise<Read | null>): Promise<Read | null> {
  try {
    return await reading;
  } catch (error) {
    if (isUnreadable(error) || (error instanceof DiskError && error.code === 'ENOENT')) return null;
    throw error;
  }
}
