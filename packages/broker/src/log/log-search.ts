import { ProtocolError } from '../protocol/protocol-error.ts';
import {
  baseOffsetAt,
  baseTimestampAt,
  batchSizeAt,
  lastOffsetAt,
  leaderEpochAt,
  maxTimestampAt,
  recordCountAt,
  timestampTypeAt,
} from '../protocol/record-batch.ts';
import { RecordCursor, recordsBody } from '../protocol/records.ts';
import { scanBatches } from './batch-scan.ts';
import type { FilePool } from './file-pool.ts';
import type { Segment } from './segment.ts';
import type { AbortedTransaction } from './transaction-index.ts';

/** A record found by its time. */
export interface FoundRecord {
  readonly offset: number;
  readonly timestamp: number;
  readonly leaderEpoch: number;
}

/** What a look-up came to: a record or none, or `KAFKA_STORAGE_ERROR` when the disk refused. */
export type RecordSearch =
  | { readonly kind: 'searched'; readonly record: FoundRecord | null }
  | { readonly kind: 'refused'; readonly errorCode: number };

interface Sought {
  /** The record has this timestamp or a larger one … */
  readonly timestamp: number;
  /** … and this offset or a larger one. */
  readonly fromOffset: number;
}

const SCAN_CHUNK_BYTES = 64 * 1024;

/** What a batch of a log may grow to when it is opened for a look-up. */
const DECOMPRESSED_BYTES_MAX = 128 * 1024 * 1024;

/**
 * The first record in `segments` that is not older than the timestamp sought, or null. Finds the batch by time and
 * offset index and the record inside of it, opening the batch where it is compressed.
 */
export async function findByTimestamp(
  files: FilePool,
  segments: readonly Segment[],
  sought: Sought,
): Promise<FoundRecord | null> {
  for (const segment of segments) {
    if ((await segment.newest()).timestamp < sought.timestamp) continue;
    const found = await findInSegment(files, segment, sought);
    if (found !== null) return found;
  }
  return null;
}

/** The first record that has the largest timestamp of the log, or null when none has a timestamp. */
export async function findNewest(
  files: FilePool,
  segments: readonly Segment[],
  fromOffset: number,
): Promise<FoundRecord | null> {
  let timestamp = -1;
  for (const segment of segments) timestamp = Math.max(timestamp, (await segment.newest()).timestamp);
  return timestamp < 0 ? null : findByTimestamp(files, segments, { timestamp, fromOffset });
}

/** The aborted transactions with records in `[fromOffset, upToOffset)`, by the order of their markers. */
export async function findAborted(
  segments: readonly Segment[],
  fromOffset: number,
  upToOffset: number,
): Promise<AbortedTransaction[]> {
  const found: AbortedTransaction[] = [];
  for (const segment of segments) {
    if ((await segment.transactions()).collect(fromOffset, upToOffset, found)) break;
  }
  return found;
}

async function findInSegment(files: FilePool, segment: Segment, sought: Sought): Promise<FoundRecord | null> {
  const { offsets, times } = await segment.indexes();
  const behind = Math.max(times.lookup(sought.timestamp).offset, sought.fromOffset);
  const from = offsets.lookup(behind).position;
  const range = { from, to: segment.sizeInBytes, chunkBytes: SCAN_CHUNK_BYTES };
  return files.use(segment.path, async (file) => {
    for await (const { bytes } of scanBatches(file, range)) {
      for (let at = 0; at < bytes.length; at += batchSizeAt(bytes, at)) {
        if (maxTimestampAt(bytes, at) < sought.timestamp || lastOffsetAt(bytes, at) < sought.fromOffset)
          continue;
        const found = openBatch(bytes.subarray(at, at + batchSizeAt(bytes, at)), sought);
        if (found !== null) return found;
      }
    }
    return null;
  });
}

/** A compressed batch is taken unopened from a client: one that cannot be opened is found as a whole. */
function openBatch(batch: Uint8Array, sought: Sought): FoundRecord | null {
  try {
    return findInBatch(batch, sought);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const offset = Math.max(baseOffsetAt(batch), sought.fromOffset);
    return { offset, timestamp: maxTimestampAt(batch), leaderEpoch: leaderEpochAt(batch) };
  }
}

function findInBatch(batch: Uint8Array, sought: Sought): FoundRecord | null {
  const baseOffset = baseOffsetAt(batch);
  const leaderEpoch = leaderEpochAt(batch);
  const batchTimestamp = timestampTypeAt(batch) === 'LogAppendTime' ? maxTimestampAt(batch) : null;
  const cursor = new RecordCursor(recordsBody(batch, DECOMPRESSED_BYTES_MAX), recordCountAt(batch));
  while (cursor.next()) {
    const offset = baseOffset + cursor.offsetDelta;
    const timestamp = batchTimestamp ?? baseTimestampAt(batch) + cursor.timestampDelta;
    if (timestamp >= sought.timestamp && offset >= sought.fromOffset)
      return { offset, timestamp, leaderEpoch };
  }
  return null;
}
