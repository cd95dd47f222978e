import { crc32c } from './crc32c.ts';

/*
 * The header of a record batch of magic 2, by byte position:
 *
 *    0 baseOffset int64            23 lastOffsetDelta int32      57 recordCount int32
 *    8 batchLength int32           27 baseTimestamp int64        61 records
 *   12 partitionLeaderEpoch int32  35 maxTimestamp int64
 *   16 magic int8                  43 producerId int64
 *   17 crc uint32                  51 producerEpoch int16
 *   21 attributes int16            53 baseSequence int32
 *
 * The CRC-32C covers everything from the attributes on, so base offset and leader epoch can be assigned in place.
 * Functions ending in `At` read the batch that begins at `at` without copying; they need BATCH_HEADER_BYTES there
 * and look at nothing else. int64 beyond ±2^53 read as the nearest number.
 */

/** Base offset and length: what must be read to know how long a batch is. */
export const BATCH_LENGTH_PREFIX_BYTES = 12;
export const BATCH_HEADER_BYTES = 61;
/** Where the bytes begin that the checksum covers; they reach to the end of the batch. */
export const BATCH_CRC_START = 21;
export const CURRENT_MAGIC = 2;

export const NO_PRODUCER_ID = -1;
export const NO_PRODUCER_EPOCH = -1;
export const NO_SEQUENCE = -1;
export const NO_TIMESTAMP = -1;
export const NO_LEADER_EPOCH = -1;

const LEADER_EPOCH = 12;
const MAGIC = 16;
const CRC = 17;
const ATTRIBUTES = 21;
const LAST_OFFSET_DELTA = 23;
const BASE_TIMESTAMP = 27;
const MAX_TIMESTAMP = 35;
const PRODUCER_ID = 43;
const PRODUCER_EPOCH = 51;
const BASE_SEQUENCE = 53;
const RECORD_COUNT = 57;

const COMPRESSION_MASK = 0x07;
const LOG_APPEND_TIME_FLAG = 0x08;
const TRANSACTIONAL_FLAG = 0x10;
const CONTROL_FLAG = 0x20;
const DELETE_HORIZON_FLAG = 0x40;

/** By its number in a batch's attributes. */
export const COMPRESSION_TYPES = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
export type CompressionType = (typeof COMPRESSION_TYPES)[number];

export type TimestampType = 'CreateTime' | 'LogAppendTime';

/** The whole length of the batch that its first BATCH_LENGTH_PREFIX_BYTES announce; not checked against anything. */
export function batchSizeAt(bytes: Uint8Array, at = 0): number {
  return BATCH_LENGTH_PREFIX_BYTES + int32At(bytes, at + 8);
}

export function baseOffsetAt(bytes: Uint8Array, at = 0): number {
  return int64At(bytes, at);
}

export function lastOffsetAt(bytes: Uint8Array, at = 0): number {
  return int64At(bytes, at) + int32At(bytes, at + LAST_OFFSET_DELTA);
}

export function lastOffsetDeltaAt(bytes: Uint8Array, at = 0): number {
  return int32At(bytes, at + LAST_OFFSET_DELTA);
}

export function leaderEpochAt(bytes: Uint8Array, at = 0): number {
  return int32At(bytes, at + LEADER_EPOCH);
}

export function magicAt(bytes: Uint8Array, at = 0): number {
  return bytes[at + MAGIC] ?? 0;
}

export function attributesAt(bytes: Uint8Array, at = 0): number {
  return int16At(bytes, at + ATTRIBUTES);
}

/** null where the attributes name a codec that does not exist. */
export function compressionAt(bytes: Uint8Array, at = 0): CompressionType | null {
  return COMPRESSION_TYPES[attributesAt(bytes, at) & COMPRESSION_MASK] ?? null;
}

export function timestampTypeAt(bytes: Uint8Array, at = 0): TimestampType {
  return hasFlag(bytes, at, LOG_APPEND_TIME_FLAG) ? 'LogAppendTime' : 'CreateTime';
}

export function isTransactionalAt(bytes: Uint8Array, at = 0): boolean {
  return hasFlag(bytes, at, TRANSACTIONAL_FLAG);
}

export function isControlAt(bytes: Uint8Array, at = 0): boolean {
  return hasFlag(bytes, at, CONTROL_FLAG);
}

/** The time from which the cleaner may drop the batch's tombstones, or null (KIP-534: it replaces the base timestamp). */
export function deleteHorizonMsAt(bytes: Uint8Array, at = 0): number | null {
  return hasFlag(bytes, at, DELETE_HORIZON_FLAG) ? int64At(bytes, at + BASE_TIMESTAMP) : null;
}

/** What the records' timestamp deltas are relative to. */
export function baseTimestampAt(bytes: Uint8Array, at = 0): number {
  return int64At(bytes, at + BASE_TIMESTAMP);
}

export function maxTimestampAt(bytes: Uint8Array, at = 0): number {
  return int64At(bytes, at + MAX_TIMESTAMP);
}

/** NO_PRODUCER_ID where the producer is neither idempotent nor transactional. */
export function producerIdAt(bytes: Uint8Array, at = 0): number {
  return int64At(bytes, at + PRODUCER_ID);
}

export function producerEpochAt(bytes: Uint8Array, at = 0): number {
  return int16At(bytes, at + PRODUCER_EPOCH);
}

export function baseSequenceAt(bytes: Uint8Array, at = 0): number {
  return int32At(bytes, at + BASE_SEQUENCE);
}

/** The sequence of the last record; sequences go from 2^31-1 on to 0. */
export function lastSequenceAt(bytes: Uint8Array, at = 0): number {
  const base = baseSequenceAt(bytes, at);
  return base === NO_SEQUENCE ? NO_SEQUENCE : addToSequence(base, lastOffsetDeltaAt(bytes, at));
}

export function addToSequence(sequence: number, increment: number): number {
  return (sequence + increment) % 0x8000_0000;
}

export function recordCountAt(bytes: Uint8Array, at = 0): number {
  return int32At(bytes, at + RECORD_COUNT);
}

/** The checksum that the batch carries. */
export function crcAt(bytes: Uint8Array, at = 0): number {
  return int32At(bytes, at + CRC) >>> 0;
}

/** Whether the checksum is that of the batch's bytes, all of which must be there. */
export function isCrcValidAt(bytes: Uint8Array, at = 0): boolean {
  return crcAt(bytes, at) === checksumAt(bytes, at);
}

/** Writes base offset and leader epoch into a batch; the checksum does not cover them. */
export function assignOffsets(batch: Uint8Array, baseOffset: number, leaderEpoch: number): void {
  putInt64(batch, 0, baseOffset);
  putInt32(batch, LEADER_EPOCH, leaderEpoch);
}

/**
 * Makes a batch one of LogAppendTime whose records all have the time `nowMs`, and corrects its checksum. The records'
 * own deltas stay: readers ignore them (KIP-32).
 */
export function stampLogAppendTime(batch: Uint8Array, nowMs: number): void {
  putInt16(batch, ATTRIBUTES, attributesAt(batch) | LOG_APPEND_TIME_FLAG);
  putInt64(batch, MAX_TIMESTAMP, nowMs);
  updateChecksum(batch);
}

export interface BatchHeader {
  readonly baseOffset: number;
  readonly leaderEpoch: number;
  readonly compression: CompressionType;
  readonly timestampType: TimestampType;
  readonly isTransactional: boolean;
  readonly isControl: boolean;
  /** Not null: stands in the base timestamp's place, which must then be its value. */
  readonly deleteHorizonMs: number | null;
  readonly lastOffsetDelta: number;
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly recordCount: number;
}

/**
 * Fills in the first BATCH_HEADER_BYTES of `batch`, behind which the records lie already, up to the end of the array;
 * length and checksum follow from them.
 */
export function writeBatchHeader(batch: Uint8Array, header: BatchHeader): void {
  putInt64(batch, 0, header.baseOffset);
  putInt32(batch, 8, batch.length - BATCH_LENGTH_PREFIX_BYTES);
  putInt32(batch, LEADER_EPOCH, header.leaderEpoch);
  batch[MAGIC] = CURRENT_MAGIC;
  putInt16(batch, ATTRIBUTES, attributesOf(header));
  putInt32(batch, LAST_OFFSET_DELTA, header.lastOffsetDelta);
  putInt64(batch, BASE_TIMESTAMP, header.deleteHorizonMs ?? header.baseTimestamp);
  putInt64(batch, MAX_TIMESTAMP, header.maxTimestamp);
  putInt64(batch, PRODUCER_ID, header.producerId);
  putInt16(batch, PRODUCER_EPOCH, header.producerEpoch);
  putInt32(batch, BASE_SEQUENCE, header.baseSequence);
  putInt32(batch, RECORD_COUNT, header.recordCount);
  updateChecksum(batch);
}

/** The header of the batch at `at`; a codec that does not exist reads as `none`. */
export function readBatchHeader(bytes: Uint8Array, at = 0): BatchHeader {
  return {
    baseOffset: baseOffsetAt(bytes, at),
    leaderEpoch: leaderEpochAt(bytes, at),
    compression: compressionAt(bytes, at) ?? 'none',
    timestampType: timestampTypeAt(bytes, at),
    isTransactional: isTransactionalAt(bytes, at),
    isControl: isControlAt(bytes, at),
    deleteHorizonMs: deleteHorizonMsAt(bytes, at),
    lastOffsetDelta: lastOffsetDeltaAt(bytes, at),
    baseTimestamp: baseTimestampAt(bytes, at),
    maxTimestamp: maxTimestampAt(bytes, at),
    producerId: producerIdAt(bytes, at),
    producerEpoch: producerEpochAt(bytes, at),
    baseSequence: baseSequenceAt(bytes, at),
    recordCount: recordCountAt(bytes, at),
  };
}

/**
 * The batches that lie back to back in `bytes`, as sub-arrays. It ends before a batch that is not wholly there (a
 * fetch may cut the last one off) or whose length cannot be one.
 */
export function* batchesIn(bytes: Uint8Array): Generator<Uint8Array> {
  let at = 0;
  while (at + BATCH_HEADER_BYTES <= bytes.length) {
    const size = batchSizeAt(bytes, at);
    if (size < BATCH_HEADER_BYTES || size > bytes.length - at) return;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

function attributesOf(header: BatchHeader): number {
  return (
    COMPRESSION_TYPES.indexOf(header.compression) |
    (header.timestampType === 'LogAppendTime' ? LOG_APPEND_TIME_FLAG : 0) |
    (header.isTransactional ? TRANSACTIONAL_FLAG : 0) |
    (header.isControl ? CONTROL_FLAG : 0) |
    (header.deleteHorizonMs === null ? 0 : DELETE_HORIZON_FLAG)
  );
}

function hasFlag(bytes: Uint8Array, at: number, flag: number): boolean {
  return (attributesAt(bytes, at) & flag) !== 0;
}

function checksumAt(bytes: Uint8Array, at: number): number {
  return crc32c(bytes.subarray(at + ATTRIBUTES, at + batchSizeAt(bytes, at)));
}

function updateChecksum(batch: Uint8Array): void {
  putInt32(batch, CRC, checksumAt(batch, 0));
}

function int16At(bytes: Uint8Array, at: number): number {
  return (((bytes[at] ?? 0) << 24) >> 16) | (bytes[at + 1] ?? 0);
}

function int32At(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] ?? 0) << 24) |
    ((bytes[at + 1] ?? 0) << 16) |
    ((bytes[at + 2] ?? 0) << 8) |
    (bytes[at + 3] ?? 0)
  );
}

function int64At(bytes: Uint8Array, at: number): number {
  return int32At(bytes, at) * 0x1_0000_0000 + (int32At(bytes, at + 4) >>> 0);
}

function putInt16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8;
  bytes[at + 1] = value;
}

function putInt32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 24;
  bytes[at + 1] = value >> 16;
  bytes[at + 2] = value >> 8;
  bytes[at + 3] = value;
}

function putInt64(bytes: Uint8Array, at: number, value: number): void {
  putInt32(bytes, at, Math.floor(value / 0x1_0000_0000));
  putInt32(bytes, at + 4, value);
}
