import { ProtocolError } from '../protocol/protocol-error.ts';
import {
  baseOffsetAt,
  baseTimestampAt,
  lastOffsetAt,
  leaderEpochAt,
  maxTimestampAt,
  recordCountAt,
  timestampTypeAt,
} from '../protocol/record-batch.ts';
import { RecordCursor, recordsBody } from '../protocol/records.ts';
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

/** What a batch of a log may grow to when it is opened for a look-up. */
const DECOMPRESSED_BYTES_MAX = 128 * 1024 * 1024;

/** Segments whose newest timestamps are asked for at once: as many small reads as the system can do side by side. */
const SEGMENTS_AT_ONCE = 64;

/**
 * The first record in `segments` that is not older than the timestamp sought, or null. Finds the batch by time and
 * offset index and the record inside of it, opening the batch where it is compressed.
 */
export async function findByTimestamp(
  segments: readonly Segment[],
  sought: Sought,
): Promise<FoundRecord | null> {
  for (let from = 0; from < segments.length; from += SEGMENTS_AT_ONCE) {
    const group = segments.slice(from, from + SEGMENTS_AT_ONCE);
    await learnNewest(group);
    for (const segment of group) {
      if ((await segment.newest()).timestamp < sought.timestamp) continue;
      const found = await findInSegment(segment, sought);
      if (found !== null) return found;
      if (sought.fromOffset <= segment.baseOffset) segment.correctNewest(sought.timestamp - 1);
    }
  }
  return null;
}

/** The first record that has the largest timestamp of the log, or null when none has a timestamp. */
export async function findNewest(
  segments: readonly Segment[],
  fromOffset: number,
): Promise<FoundRecord | null> {
  let newest: Segment | null = null;
  for (let from = 0; from < segments.length; from += SEGMENTS_AT_ONCE) {
    const group = segments.slice(from, from + SEGMENTS_AT_ONCE);
    await learnNewest(group);
    for (const segment of group) if (newest === null || claimOf(segment) > claimOf(newest)) newest = segment;
  }
  if (newest === null || claimOf(newest) < 0) return null;
  const found = await findInSegment(newest, { timestamp: claimOf(newest), fromOffset });
  return found ?? findNewestUnaided(segments, fromOffset);
}

/** What the index says is the largest timestamp. */
function claimOf(segment: Segment): number {
  return segment.knownNewest?.timestamp ?? -1;
}

/**
 * As {@link findNewest} where the indexes do not lead there: the newest record is deleted already, or a batch does not
 * hold what its header says. Goes through those segments that may hold a newer record than the best found so far.
 */
async function findNewestUnaided(
  segments: readonly Segment[],
  fromOffset: number,
): Promise<FoundRecord | null> {
  let best: FoundRecord | null = null;
  for (const segment of segments.toSorted((left, right) => claimOf(right) - claimOf(left))) {
    if (claimOf(segment) < (best?.timestamp ?? 0)) break;
    const before = best;
    best = await newestIn(segment, fromOffset, best);
    const isOwn = best !== null && best !== before;
    if (isOwn && fromOffset <= segment.baseOffset) segment.correctNewest(best?.timestamp ?? -1);
  }
  return best;
}

/** The aborted transactions with records in `[fromOffset, upToOffset)`, by the order of their markers. */
export async function findAborted(
  segments: Iterable<Segment>,
  fromOffset: number,
  upToOffset: number,
): Promise<AbortedTransaction[]> {
  const found: AbortedTransaction[] = [];
  for (const segment of segments) {
    if ((await segment.transactions()).collect(fromOffset, upToOffset, found)) break;
  }
  return found;
}

async function learnNewest(segments: readonly Segment[]): Promise<void> {
  const unknown = segments.filter((segment) => segment.knownNewest === null);
  if (unknown.length > 0) await Promise.all(unknown.map((segment) => segment.newest()));
}

async function findInSegment(segment: Segment, sought: Sought): Promise<FoundRecord | null> {
  let from = await crossingPosition(segment, sought);
  for (;;) {
    const place = await segment.findBatch(
      from,
      (bytes, at) =>
        maxTimestampAt(bytes, at) >= sought.timestamp && lastOffsetAt(bytes, at) >= sought.fromOffset,
    );
    if (place === null) return null;
    const records = recordsIn(await segment.readBatch(place), sought.fromOffset);
    const found = records.find(({ timestamp }) => timestamp >= sought.timestamp);
    if (found !== undefined) return found;
    // The header claims more than the records hold: whoever compressed the batch wrote it.
    from = place.position + place.sizeInBytes;
  }
}

/** Where a batch begins in front of which none can hold what is sought, at most an index interval before it. */
async function crossingPosition(segment: Segment, { timestamp, fromOffset }: Sought): Promise<number> {
  const times = await segment.timeIndex();
  const offsets = await segment.offsetIndex();
  // Kafka empties a time index that was missing and goes on with it: it then says nothing of what came before.
  const isComplete = offsets.count === 0 || times.first.offset <= offsets.first.offset;
  const below = times.lookup(timestamp - 1).offset;
  if (!isComplete) return segment.startFor(Math.max(below, fromOffset));
  // Each entry was written together with one of the offset index, and no batch before the last such pair was newer.
  const above = times.firstNotBelow(timestamp)?.offset ?? Number.MAX_SAFE_INTEGER;
  return segment.startFor(Math.max(below, above - 1, fromOffset));
}

/** The newest record of a segment, if it is newer than `former`, by its batches alone. */
async function newestIn(
  segment: Segment,
  fromOffset: number,
  former: FoundRecord | null,
): Promise<FoundRecord | null> {
  let best = former;
  let from = await segment.startFor(fromOffset);
  for (;;) {
    const timestamp = best?.timestamp ?? 0;
    const place = await segment.findBatch(
      from,
      (bytes, at) => maxTimestampAt(bytes, at) >= timestamp && lastOffsetAt(bytes, at) >= fromOffset,
    );
    if (place === null) return best;
    for (const record of recordsIn(await segment.readBatch(place), fromOffset)) best = newer(best, record);
    from = place.position + place.sizeInBytes;
  }
}

/** Of two records that one with the larger timestamp, of equals the one with the smaller offset. */
function newer(left: FoundRecord | null, right: FoundRecord): FoundRecord {
  if (left === null) return right;
  if (left.timestamp !== right.timestamp) return left.timestamp > right.timestamp ? left : right;
  return left.offset < right.offset ? left : right;
}

/** The records of a batch from an offset on. One that cannot be opened is seen as a whole: it was taken unopened. */
function recordsIn(batch: Uint8Array, fromOffset: number): FoundRecord[] {
  try {
    return [...timesIn(batch)].filter(({ offset }) => offset >= fromOffset);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const offset = Math.max(baseOffsetAt(batch), fromOffset);
    return [{ offset, timestamp: maxTimestampAt(batch), leaderEpoch: leaderEpochAt(batch) }];
  }
}

function* timesIn(batch: Uint8Array): Generator<FoundRecord> {
  const baseOffset = baseOffsetAt(batch);
  const leaderEpoch = leaderEpochAt(batch);
  const batchTimestamp = timestampTypeAt(batch) === 'LogAppendTime' ? maxTimestampAt(batch) : null;
  const cursor = new RecordCursor(recordsBody(batch, DECOMPRESSED_BYTES_MAX), recordCountAt(batch));
  while (cursor.next()) {
    const timestamp = batchTimestamp ?? baseTimestampAt(batch) + cursor.timestampDelta;
    yield { offset: baseOffset + cursor.offsetDelta, timestamp, leaderEpoch };
  }
}
