import { batchSizeAt, lastOffsetAt, maxTimestampAt, recordCountAt } from '../protocol/record-batch.ts';
import type { SegmentIndexes } from './index-cache.ts';
import { OffsetIndex } from './offset-index.ts';
import { TimeIndex, type TimestampOffset } from './time-index.ts';

/** What the indexes of a file do not say about it. */
export interface ResumedSegment {
  readonly sizeInBytes: number;
  readonly firstTimestamp: number | null;
}

/** The indexes of a segment that grows, batch after batch, and what they will be sealed with. */
export class IndexBuilder {
  readonly indexes: SegmentIndexes;
  readonly #intervalBytes: number;
  #bytesSinceEntry: number;
  #newest: TimestampOffset;
  #firstTimestamp: number | null;

  constructor(indexes: SegmentIndexes, intervalBytes: number, resumed?: ResumedSegment) {
    this.indexes = indexes;
    this.#intervalBytes = intervalBytes;
    this.#newest = indexes.times.last;
    this.#firstTimestamp = resumed?.firstTimestamp ?? null;
    this.#bytesSinceEntry = resumed === undefined ? 0 : resumed.sizeInBytes - indexes.offsets.last.position;
  }

  /** For a segment without a batch. */
  static empty(baseOffset: number, intervalBytes: number): IndexBuilder {
    const indexes = { offsets: OffsetIndex.empty(baseOffset), times: TimeIndex.empty(baseOffset) };
    return new IndexBuilder(indexes, intervalBytes);
  }

  /** The largest timestamp so far and the last offset of the batch that brought it; -1 without one. */
  get newest(): TimestampOffset {
    return this.#newest;
  }

  /** The largest timestamp of the first batch, from which `segment.ms` is counted; null for an empty segment. */
  get firstTimestamp(): number | null {
    return this.#firstTimestamp;
  }

  /**
   * Takes in the batch at `at`, which lies at `position` of the file. One that compaction has emptied has kept its
   * timestamp and no record of it: a time index with it would lead to nothing, and Kafka's tools complain about one.
   */
  add(bytes: Uint8Array, at: number, position: number): void {
    const maxTimestamp = maxTimestampAt(bytes, at);
    const lastOffset = lastOffsetAt(bytes, at);
    this.#firstTimestamp ??= maxTimestamp;
    const isLater = maxTimestamp > this.#newest.timestamp && recordCountAt(bytes, at) > 0;
    if (isLater) this.#newest = { timestamp: maxTimestamp, offset: lastOffset };
    if (this.#bytesSinceEntry > this.#intervalBytes) {
      this.indexes.offsets.append(lastOffset, position);
      this.indexes.times.append(this.#newest.timestamp, this.#newest.offset);
      this.#bytesSinceEntry = 0;
    }
    this.#bytesSinceEntry += batchSizeAt(bytes, at);
  }

  /** Whether the indexes may lack room, within `segment.index.bytes`, for one entry behind those of `pending` batches. */
  isFull(maxBytes: number, pending: number): boolean {
    const { offsets, times } = this.indexes;
    return offsets.isFull(maxBytes, pending) || times.isFull(maxBytes, pending);
  }

  /** The indexes as a closed segment has them: the last entry of the time index is the largest timestamp. */
  seal(): SegmentIndexes {
    this.indexes.times.append(this.#newest.timestamp, this.#newest.offset);
    return this.indexes;
  }
}
