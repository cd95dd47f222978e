import { compress } from '../protocol/compression.ts';
import {
  BATCH_HEADER_BYTES,
  type BatchHeader,
  baseOffsetAt,
  batchSizeAt,
  CURRENT_MAGIC,
  deleteHorizonMsAt,
  isControlAt,
  isCrcValidAt,
  magicAt,
  NO_TIMESTAMP,
  readBatchHeader,
  recordCountAt,
  writeBatchHeader,
} from '../protocol/record-batch.ts';
import { RecordCursor, recordsBody } from '../protocol/records.ts';
import { Writer } from '../protocol/writer.ts';
import type { OffsetMap } from './offset-map.ts';

/** What is known of a batch before its records are looked at; flags, so that a chunk's fit into one byte each. */
export const BATCH_VERDICT = {
  /** Its records go, whatever they are: aborted data, or a marker whose time has come. */
  DISCARD: 1,
  /** When nothing of it is left, its header stays. */
  RETAIN_EMPTY: 2,
  /** A transaction marker without any data of its transaction: its time begins to run. */
  MARKER_ALONE: 4,
} as const;

/** What a batch may grow to when it is opened; more is a bomb, not a batch. */
export const DECOMPRESSED_BYTES_MAX = 128 * 1024 * 1024;

export interface FilterRules {
  /** The newest offset of each key up to `latestOffset`. */
  readonly map: OffsetMap;
  /** Records above are not in the map, and stay. */
  readonly latestOffset: number;
  readonly nowMs: number;
  readonly deleteRetentionMs: number;
}

/** What filtering came to, over one batch or many. */
export interface FilterCounts {
  readRecords: number;
  keptRecords: number;
  /** Records without a key, which have no place in a compacted topic. */
  keylessRecords: number;
}

/** Where the first batch begins that is not as it was written; -1 when all are. */
export function damagedAt(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; at += batchSizeAt(bytes, at)) {
    if (magicAt(bytes, at) !== CURRENT_MAGIC || !isCrcValidAt(bytes, at)) return at;
  }
  return -1;
}

/**
 * What compaction leaves of a batch: the batch itself where all of it stays, a new one with the same offsets, or null.
 */
export function filterBatch(
  batch: Uint8Array,
  verdict: number,
  rules: FilterRules,
  counts: FilterCounts,
): Uint8Array | null {
  const discards = (verdict & BATCH_VERDICT.DISCARD) !== 0;
  const retainsEmpty = (verdict & BATCH_VERDICT.RETAIN_EMPTY) !== 0;
  if (discards) {
    counts.readRecords += recordCountAt(batch);
    return retainsEmpty ? emptied(batch) : null;
  }
  const body = recordsBody(batch, DECOMPRESSED_BYTES_MAX);
  const survey = surveyRecords(batch, body, rules);
  const total = recordCountAt(batch);
  counts.readRecords += total;
  counts.keptRecords += survey.kept;
  counts.keylessRecords += survey.keyless;
  if (survey.kept === 0) return retainsEmpty ? emptied(batch) : null;
  const startsHorizon =
    deleteHorizonMsAt(batch) === null &&
    (survey.hasTombstones || (verdict & BATCH_VERDICT.MARKER_ALONE) !== 0);
  if (survey.kept === total && !startsHorizon) return batch;
  const deleteHorizonMs = startsHorizon ? rules.nowMs + rules.deleteRetentionMs : deleteHorizonMsAt(batch);
  return rebuilt(batch, body, { survey, deleteHorizonMs });
}

/** What stays of a batch's records. */
interface Survey {
  /** One byte for each record, 1 for one that stays. */
  readonly stays: Uint8Array;
  readonly kept: number;
  readonly keyless: number;
  /** Of those that stay. */
  readonly hasTombstones: boolean;
}

function surveyRecords(batch: Uint8Array, body: Uint8Array, rules: FilterRules): Survey {
  const total = recordCountAt(batch);
  const cursor = new RecordCursor(body, total);
  const stays = new Uint8Array(total);
  const baseOffset = baseOffsetAt(batch);
  const isControl = isControlAt(batch);
  const horizonMs = deleteHorizonMsAt(batch);
  const keepsTombstones = horizonMs === null || rules.nowMs < horizonMs;
  let kept = 0;
  let keyless = 0;
  let hasTombstones = false;
  for (let record = 0; cursor.next(); record++) {
    const { keyAt, keyLength } = cursor;
    const offset = baseOffset + cursor.offsetDelta;
    const isTombstone = cursor.valueLength < 0;
    const isInMap = !isControl && offset <= rules.latestOffset;
    if (isInMap && keyLength < 0) keyless++;
    const isSuperseded = isInMap && (keyLength < 0 || offset < rules.map.get(body, keyAt, keyAt + keyLength));
    if (isSuperseded || (isInMap && isTombstone && !keepsTombstones)) continue;
    stays[record] = 1;
    kept++;
    hasTombstones ||= isTombstone;
  }
  return { stays, kept, keyless, hasTombstones };
}

/** The batch with those records that stay; their offsets, and the batch's last offset, are what they were. */
function rebuilt(
  batch: Uint8Array,
  body: Uint8Array,
  { survey, deleteHorizonMs }: { survey: Survey; deleteHorizonMs: number | null },
): Uint8Array {
  const header = readBatchHeader(batch);
  const isAppendTime = header.timestampType === 'LogAppendTime';
  const cursor = new RecordCursor(body, header.recordCount);
  const content = new Writer({ capacity: body.length });
  let baseTimestamp = deleteHorizonMs;
  let maxTimestamp = isAppendTime ? header.maxTimestamp : NO_TIMESTAMP;
  for (let record = 0; cursor.next(); record++) {
    if (survey.stays[record] !== 1) continue;
    const timestamp = isAppendTime ? header.maxTimestamp : header.baseTimestamp + cursor.timestampDelta;
    baseTimestamp ??= timestamp;
    if (timestamp > maxTimestamp) maxTimestamp = timestamp;
    const rest = body.subarray(cursor.offsetDeltaAt, cursor.endAt);
    writeRecord(content, timestamp - baseTimestamp, rest);
  }
  return sealed(content.bytes(), {
    ...header,
    baseTimestamp: baseTimestamp ?? NO_TIMESTAMP,
    maxTimestamp,
    deleteHorizonMs,
    recordCount: survey.kept,
  });
}

/** A record with another timestamp delta; `rest` is everything behind it. */
function writeRecord(content: Writer, timestampDelta: number, rest: Uint8Array): void {
  content.varint(1 + varlongBytes(timestampDelta) + rest.length);
  content.int8(0);
  content.varlong(timestampDelta);
  content.raw(rest);
}

function varlongBytes(value: number): number {
  // Zigzag doubles the magnitude; seven bits to a byte.
  const magnitude = value >= 0 ? value * 2 : -value * 2 - 1;
  let bytes = 1;
  for (let rest = Math.floor(magnitude / 128); rest > 0; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}

/** The header alone, as Kafka leaves it: offsets, producer and sequence stay, codec and horizon go. */
function emptied(batch: Uint8Array): Uint8Array {
  return sealed(new Uint8Array(0), {
    ...readBatchHeader(batch),
    compression: 'none',
    baseTimestamp: NO_TIMESTAMP,
    deleteHorizonMs: null,
    recordCount: 0,
  });
}

function sealed(records: Uint8Array, header: BatchHeader): Uint8Array {
  const content = compress(header.compression, records);
  const bytes = new Uint8Array(BATCH_HEADER_BYTES + content.length);
  bytes.set(content, BATCH_HEADER_BYTES);
  writeBatchHeader(bytes, header);
  return bytes;
}
