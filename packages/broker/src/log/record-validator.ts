import { ErrorCode } from '../protocol/errors.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import {
  BATCH_HEADER_BYTES,
  BATCH_LENGTH_PREFIX_BYTES,
  baseOffsetAt,
  baseSequenceAt,
  baseTimestampAt,
  batchSizeAt,
  type CompressionType,
  CURRENT_MAGIC,
  compressionAt,
  isControlAt,
  isCrcValidAt,
  lastOffsetDeltaAt,
  magicAt,
  maxTimestampAt,
  NO_PRODUCER_ID,
  NO_TIMESTAMP,
  producerIdAt,
  readBatchHeader,
  recordCountAt,
  stampLogAppendTime,
  timestampTypeAt,
  writeBatchHeader,
} from '../protocol/record-batch.ts';
import { surveyRecords } from '../protocol/record-survey.ts';
import { RecordCursor } from '../protocol/records.ts';
import { invariant } from '../runtime/invariant.ts';
import type { AppendOrigin, AppendRejection, RecordError } from './append-outcome.ts';
import type { LogConfig } from './log-config.ts';
import {
  compressionOf,
  looksInto,
  type OpenedRecords,
  openingOf,
  openRecords,
  recoded,
} from './recompression.ts';

export interface ValidationRules {
  readonly origin: AppendOrigin;
  readonly config: LogConfig;
  readonly nowMs: number;
  /** The batch's records where they were opened before; others are opened when they have to be. */
  readonly opened?: OpenedRecords | undefined;
}

/** A batch as it may be appended: `bytes` is what was given, or a new array where the codec had to change. */
export interface ValidBatch {
  readonly kind: 'valid';
  readonly bytes: Uint8Array;
  readonly maxTimestamp: number;
  /** The time it was stamped with, -1 where the producer's times count. */
  readonly logAppendTimeMs: number;
}

/**
 * Checks one batch before it is appended by a leader, and stamps it where the topic's timestamps are the broker's.
 * Clients' batches are checked wholly; uncompressed records are walked over in their place, compressed ones are
 * opened only for a compacted topic, a change of codec or `odradek.validate.records`, and where their header speaks
 * against them; else it stands for them. Bytes behind the batch that are no batch are cut off, as in Kafka.
 */
export function validateBatch(given: Uint8Array, rules: ValidationRules): ValidBatch | AppendRejection {
  const framing = framingError(given);
  if (framing !== null) return framing;
  const batch = given.subarray(0, batchSizeAt(given));
  const refusal =
    sizeError(batch, rules) ?? (rules.origin === 'client' ? clientBatchError(given, batch) : null);
  if (refusal !== null) return refusal;
  try {
    return validateRecords(batch, rules);
  } catch (error) {
    // The record room tells by this error that the content is not what the header says.
    if (error instanceof ProtocolError) return reject(ErrorCode.INVALID_RECORD, error.message);
    throw error;
  }
}

function framingError(given: Uint8Array): AppendRejection | null {
  if (given.length < BATCH_LENGTH_PREFIX_BYTES + 5 || given.length < batchSizeAt(given)) {
    if (given.length >= BATCH_LENGTH_PREFIX_BYTES && batchSizeAt(given) < BATCH_LENGTH_PREFIX_BYTES) {
      return reject(ErrorCode.CORRUPT_MESSAGE, 'The record batch announces a length that cannot be one');
    }
    return reject(ErrorCode.INVALID_RECORD, 'There must be one whole record batch');
  }
  const magic = magicAt(given);
  if (magic < CURRENT_MAGIC) {
    return reject(ErrorCode.INVALID_RECORD, `Record batches must be of magic ${CURRENT_MAGIC}, not ${magic}`);
  }
  if (magic > CURRENT_MAGIC || batchSizeAt(given) < BATCH_HEADER_BYTES) {
    return reject(ErrorCode.CORRUPT_MESSAGE, 'The record batch has no valid header');
  }
  return null;
}

function sizeError(batch: Uint8Array, { origin, config }: ValidationRules): AppendRejection | null {
  if (batch.length > config.maxMessageBytes && origin !== 'raft') {
    const limit = `max.message.bytes=${config.maxMessageBytes}`;
    return reject(
      ErrorCode.MESSAGE_TOO_LARGE,
      `The record batch takes ${batch.length} bytes, more than ${limit}`,
    );
  }
  if (batch.length > config.segmentBytes) {
    const limit = `segment.bytes=${config.segmentBytes}`;
    return reject(
      ErrorCode.RECORD_LIST_TOO_LARGE,
      `The record batch takes ${batch.length} bytes, more than ${limit}`,
    );
  }
  return null;
}

function clientBatchError(given: Uint8Array, batch: Uint8Array): AppendRejection | null {
  if (given.length - batch.length >= BATCH_LENGTH_PREFIX_BYTES && holdsBatch(given.subarray(batch.length))) {
    return reject(ErrorCode.INVALID_RECORD, 'There must be one record batch per partition, not several');
  }
  if (baseOffsetAt(batch) !== 0) {
    return reject(ErrorCode.INVALID_RECORD, `The base offset must be 0, not ${baseOffsetAt(batch)}`);
  }
  if (!isCrcValidAt(batch))
    return reject(ErrorCode.CORRUPT_MESSAGE, 'The checksum of the record batch is wrong');
  const count = recordCountAt(batch);
  if (count <= 0 || lastOffsetDeltaAt(batch) + 1 !== count) {
    const text = `The record batch counts ${count} records but spans ${lastOffsetDeltaAt(batch) + 1} offsets`;
    return reject(ErrorCode.INVALID_RECORD, text);
  }
  if (isControlAt(batch)) return reject(ErrorCode.INVALID_RECORD, 'Clients may not write control records');
  const producerId = producerIdAt(batch);
  if (producerId !== NO_PRODUCER_ID && baseSequenceAt(batch) < 0) {
    return reject(
      ErrorCode.INVALID_RECORD,
      `Sequence ${baseSequenceAt(batch)} is not one of an idempotent producer`,
    );
  }
  if (!Number.isSafeInteger(producerId)) {
    return reject(ErrorCode.INVALID_REQUEST, `Producer id ${producerId} is beyond ±2^53`);
  }
  return null;
}

function holdsBatch(rest: Uint8Array): boolean {
  return batchSizeAt(rest) <= rest.length;
}

function validateRecords(batch: Uint8Array, rules: ValidationRules): ValidBatch | AppendRejection {
  const { origin, config, nowMs } = rules;
  const source = compressionAt(batch);
  if (source === null)
    return reject(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, 'The batch names a codec that does not exist');
  if (origin === 'client' && !hasExactTimestamps(batch)) {
    return reject(ErrorCode.INVALID_TIMESTAMP, 'A timestamp of the record batch is beyond ±2^53');
  }
  const target = compressionOf(config, source);
  let bytes = batch;
  if (origin === 'client' && mustOpen(batch, rules, source !== target)) {
    const opened = openedOf(batch, target, rules);
    if (opened.kind === 'malformed') return reject(ErrorCode.INVALID_RECORD, opened.reason);
    const walk = walkRecords(batch, opened.body, rules);
    if (walk.kind === 'rejected') return walk;
    if (opened.recoded !== null) {
      bytes = recoded(batch, target, opened.recoded);
      const grown = sizeError(bytes, rules);
      if (grown !== null) return grown;
    }
    // A maximum that lies would lead every later look-up by time astray.
    if (walk.maxTimestamp !== maxTimestampAt(bytes) || timestampTypeAt(bytes) === 'LogAppendTime') {
      const header = { ...readBatchHeader(bytes), timestampType: 'CreateTime' as const };
      writeBatchHeader(bytes, { ...header, maxTimestamp: walk.maxTimestamp });
    }
  }
  if (config.messageTimestampType === 'LogAppendTime' && !isControlAt(bytes)) {
    stampLogAppendTime(bytes, nowMs);
    return { kind: 'valid', bytes, maxTimestamp: nowMs, logAppendTimeMs: nowMs };
  }
  return { kind: 'valid', bytes, maxTimestamp: maxTimestampAt(bytes), logAppendTimeMs: -1 };
}

/** What was opened before may have been for another codec: the config may have changed since. */
function openedOf(
  batch: Uint8Array,
  target: CompressionType,
  { opened, config }: ValidationRules,
): OpenedRecords {
  if (opened !== undefined && (opened.kind === 'malformed' || opened.target === target)) return opened;
  const opening = openingOf(batch, config);
  invariant(opening !== null, 'the codec was looked at before');
  return openRecords(opening);
}

function hasExactTimestamps(batch: Uint8Array): boolean {
  return Number.isSafeInteger(baseTimestampAt(batch)) && Number.isSafeInteger(maxTimestampAt(batch));
}

/** Whether the header cannot stand for the records: also where it speaks against them, so that the answer names them. */
function mustOpen(batch: Uint8Array, rules: ValidationRules, isRecoded: boolean): boolean {
  const source = compressionAt(batch) ?? 'none';
  if (isRecoded || source === 'none' || looksInto(rules.config, source)) return true;
  if (timestampTypeAt(batch) === 'LogAppendTime') return true;
  if (rules.config.messageTimestampType !== 'CreateTime') return false;
  return !isInRange(baseTimestampAt(batch), rules) || !isInRange(maxTimestampAt(batch), rules);
}

function walkRecords(
  batch: Uint8Array,
  body: Uint8Array,
  rules: ValidationRules,
): AppendRejection | { kind: 'walked'; maxTimestamp: number } {
  const newest = newestOfUnobjectionable(batch, body, rules);
  if (newest !== null) return { kind: 'walked', maxTimestamp: newest };
  const base = baseTimestampAt(batch);
  const stamped = timestampTypeAt(batch) === 'LogAppendTime' ? maxTimestampAt(batch) : null;
  const needsKeys = isCompacted(rules.config);
  const cursor = new RecordCursor(body, recordCountAt(batch));
  let maxTimestamp = NO_TIMESTAMP;
  let errors: RecordError[] | null = null;
  let hasTimestampError = false;
  for (let batchIndex = 0; cursor.next(); batchIndex++) {
    const timestamp = stamped ?? base + cursor.timestampDelta;
    if (timestamp > maxTimestamp) maxTimestamp = timestamp;
    if (needsKeys && cursor.keyLength < 0) {
      errors ??= [];
      errors.push({ batchIndex, message: 'A record of a compacted topic must have a key' });
      continue;
    }
    const message = timestampError(timestamp, stamped !== null, rules);
    if (message === null) continue;
    errors ??= [];
    hasTimestampError = true;
    errors.push({ batchIndex, message });
  }
  if (errors === null) return { kind: 'walked', maxTimestamp };
  return hasTimestampError
    ? reject(ErrorCode.INVALID_TIMESTAMP, 'One or more records have a timestamp out of range', errors)
    : reject(ErrorCode.INVALID_RECORD, 'One or more records of a compacted topic have no key', errors);
}

/**
 * The largest timestamp of records that a quick walk finds nothing wrong with; null for those that have to be looked at
 * one by one, so that the answer can name them.
 */
function newestOfUnobjectionable(batch: Uint8Array, body: Uint8Array, rules: ValidationRules): number | null {
  if (timestampTypeAt(batch) === 'LogAppendTime') return null;
  const survey = surveyRecords(body, recordCountAt(batch));
  if (survey === null || (survey.lacksKey && isCompacted(rules.config))) return null;
  const base = baseTimestampAt(batch);
  const newest = base + survey.largestTimestampDelta;
  // Below 0 there may be a -1, which is no time at all.
  if (base + survey.smallestTimestampDelta < 0) return null;
  if (rules.config.messageTimestampType !== 'CreateTime') return newest;
  return isInRange(base + survey.smallestTimestampDelta, rules) && isInRange(newest, rules) ? newest : null;
}

/**
 * Why a record may not have its timestamp, or null. A producer that stamps in the broker's name is let off, as by
 * Kafka, where its own time would be taken too.
 */
function timestampError(timestamp: number, isStamped: boolean, rules: ValidationRules): string | null {
  if (rules.config.messageTimestampType === 'CreateTime' && timestamp !== NO_TIMESTAMP) {
    return isInRange(timestamp, rules) ? null : `Timestamp ${timestamp} is out of ${rangeText(rules)}`;
  }
  return isStamped ? 'A producer may not set the timestamp type to LogAppendTime' : null;
}

function isInRange(timestamp: number, { config, nowMs }: ValidationRules): boolean {
  if (timestamp === NO_TIMESTAMP) return true;
  const ageMs = nowMs - timestamp;
  return (
    Number.isSafeInteger(timestamp) &&
    ageMs <= config.messageTimestampBeforeMaxMs &&
    -ageMs <= config.messageTimestampAfterMaxMs
  );
}

function rangeText({ config, nowMs }: ValidationRules): string {
  return `[${nowMs - config.messageTimestampBeforeMaxMs}, ${nowMs + config.messageTimestampAfterMaxMs}]`;
}

function isCompacted(config: LogConfig): boolean {
  return config.cleanupPolicy.includes('compact');
}

function reject(
  errorCode: number,
  message: string,
  recordErrors: readonly RecordError[] = [],
): AppendRejection {
  return { kind: 'rejected', errorCode, message, recordErrors };
}
