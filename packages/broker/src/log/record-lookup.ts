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
  goOffline(error: DiskError): void;
}

/** Looks up records and transactions in the segments of a log, while retention may take segments away. */
export class RecordLookup {
  readonly #log: SearchedLog;
  readonly #segments: SegmentList;
  readonly #swaps: SegmentSwaps;

  constructor(log: SearchedLog, segments: SegmentList, swaps: SegmentSwaps) {
    this.#log = log;
    this.#segments = segments;
    this.#swaps = swaps;
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
      if (!(error instanceof DamagedFileError)) throw error;
      // Without it records of aborted transactions would be read as if they were committed.
      const damaged = { position: 0, offset: fromOffset, reason: error.message };
      this.#log.goOffline(new DamagedLogError(error.path, damaged));
      throw new DamagedLogError(error.path, damaged);
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
      if (!(error instanceof DiskError)) throw error;
      // Retention may have taken segments away meanwhile; the rest is still there to be searched.
      if (fromOffset < this.#log.logStartOffset) return this.#search(find);
      this.#log.goOffline(error);
      return { kind: 'refused', errorCode: ErrorCode.KAFKA_STORAGE_ERROR };
    }
  }
}
