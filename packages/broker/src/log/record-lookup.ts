import { ErrorCode } from '../protocol/errors.ts';
import { DiskError } from '../runtime/disk.ts';
import { DamagedFileError } from './checkpoint-files.ts';
import { DamagedLogError } from './damaged-log-error.ts';
import {
  type FoundRecord,
  findAborted,
  findByTimestamp,
  findNewest,
  type RecordSearch,
} from './log-search.ts';
import type { Segment } from './segment.ts';
import type { SegmentList } from './segment-list.ts';
import type { SegmentSwaps } from './segment-swaps.ts';
import type { AbortedTransaction } from './transaction-index.ts';

/** The log that is searched. */
interface SearchedLog {
  readonly isOffline: boolean;
  readonly logStartOffset: number;
}

export interface RecordLookupOptions {
  readonly segments: SegmentList;
  readonly swaps: SegmentSwaps;
  /** Told why nothing was found; throws what no disk has said. */
  readonly failed: (error: unknown) => void;
}

/** Looks up records and transactions in the segments of a log, while retention may take segments away. */
export class RecordLookup {
  readonly #log: SearchedLog;
  readonly #segments: SegmentList;
  readonly #swaps: SegmentSwaps;
  readonly #failed: (error: unknown) => void;

  constructor(log: SearchedLog, { segments, swaps, failed }: RecordLookupOptions) {
    this.#log = log;
    this.#segments = segments;
    this.#swaps = swaps;
    this.#failed = failed;
  }

  /** The first record that is not older than `timestamp`. */
  byTimestamp(timestamp: number): Promise<RecordSearch> {
    return this.#search((segments, fromOffset) => findByTimestamp(segments, { timestamp, fromOffset }));
  }

  /** The first record with the largest timestamp of the log. */
  newest(): Promise<RecordSearch> {
    return this.#search((segments, fromOffset) => findNewest(segments, fromOffset));
  }

  /** The aborted transactions that a reader of `[fromOffset, upToOffset)` must leave out. Rejects with a `DiskError`. */
  async aborted(fromOffset: number, upToOffset: number): Promise<AbortedTransaction[]> {
    try {
      return await this.#swaps.steady(() =>
        findAborted(this.#segments.transactionalFrom(fromOffset), fromOffset, upToOffset),
      );
    } catch (error) {
      // Without it records of aborted transactions would be read as if they were committed.
      const reason =
        error instanceof DamagedFileError
          ? new DamagedLogError(error.path, { position: 0, offset: fromOffset, reason: error.message })
          : error;
      this.#failed(reason);
      throw reason;
    }
  }

  async #search(
    find: (segments: readonly Segment[], fromOffset: number) => Promise<FoundRecord | null>,
  ): Promise<RecordSearch> {
    if (this.#log.isOffline) return { kind: 'refused', errorCode: ErrorCode.KAFKA_STORAGE_ERROR };
    const fromOffset = this.#log.logStartOffset;
    try {
      const record = await this.#swaps.steady(() => find(this.#segments.from(fromOffset), fromOffset));
      return { kind: 'searched', record };
    } catch (error) {
      // Retention may have taken segments away meanwhile; the rest is still there to be searched.
      if (error instanceof DiskError && fromOffset < this.#log.logStartOffset) return this.#search(find);
      this.#failed(error);
      return { kind: 'refused', errorCode: ErrorCode.KAFKA_STORAGE_ERROR };
    }
  }
}
