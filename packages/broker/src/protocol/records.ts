import { compress, decompress } from './compression.ts';
import { ProtocolError } from './protocol-error.ts';
import { Reader } from './reader.ts';
import {
  BATCH_HEADER_BYTES,
  type BatchHeader,
  batchSizeAt,
  compressionAt,
  NO_LEADER_EPOCH,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  NO_SEQUENCE,
  NO_TIMESTAMP,
  readBatchHeader,
  recordCountAt,
  writeBatchHeader,
} from './record-batch.ts';
import { Writer } from './writer.ts';

export interface RecordHeader {
  readonly key: string;
  readonly value: Uint8Array | null;
}

/** One record as a reader of the log sees it. Bytes are sub-arrays of the (decompressed) batch. */
export interface LogRecord {
  readonly offset: number;
  /** For a batch of LogAppendTime the batch's time. */
  readonly timestamp: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly RecordHeader[];
}

/** One record to be put into a batch. */
export interface NewRecord {
  readonly key?: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers?: readonly RecordHeader[];
  readonly timestamp?: number;
  /** Relative to the batch's base offset; without it one more than the record before. */
  readonly offsetDelta?: number;
}

export type BatchOptions = Partial<Omit<BatchHeader, 'baseTimestamp' | 'recordCount'>>;

/**
 * The bytes of a batch that holds the records: compressed, with its checksum, its base timestamp that of the first
 * record and its maximum timestamp the highest (for LogAppendTime give `maxTimestamp`, which is then every record's).
 * An empty batch, as the cleaner leaves one behind, needs `lastOffsetDelta`.
 */
export function buildBatch(records: readonly NewRecord[], options: BatchOptions = {}): Uint8Array {
  const baseTimestamp = options.deleteHorizonMs ?? records[0]?.timestamp ?? NO_TIMESTAMP;
  const body = new Writer();
  let lastOffsetDelta = -1;
  let maxTimestamp = NO_TIMESTAMP;
  for (const record of records) {
    const timestamp = record.timestamp ?? NO_TIMESTAMP;
    lastOffsetDelta = record.offsetDelta ?? lastOffsetDelta + 1;
    maxTimestamp = Math.max(maxTimestamp, timestamp);
    writeRecord(body, record, { offsetDelta: lastOffsetDelta, timestampDelta: timestamp - baseTimestamp });
  }
  const header: BatchHeader = {
    ...DEFAULT_HEADER,
    lastOffsetDelta,
    maxTimestamp,
    ...options,
    baseTimestamp,
    recordCount: records.length,
  };
  const content = compress(header.compression, body.bytes());
  const batch = new Uint8Array(BATCH_HEADER_BYTES + content.length);
  batch.set(content, BATCH_HEADER_BYTES);
  writeBatchHeader(batch, header);
  return batch;
}

const DEFAULT_HEADER: BatchHeader = {
  baseOffset: 0,
  leaderEpoch: NO_LEADER_EPOCH,
  compression: 'none',
  timestampType: 'CreateTime',
  isTransactional: false,
  isControl: false,
  deleteHorizonMs: null,
  lastOffsetDelta: 0,
  baseTimestamp: NO_TIMESTAMP,
  maxTimestamp: NO_TIMESTAMP,
  producerId: NO_PRODUCER_ID,
  producerEpoch: NO_PRODUCER_EPOCH,
  baseSequence: NO_SEQUENCE,
  recordCount: 0,
};

/**
 * The records' bytes, decompressed where they are compressed. Throws a ProtocolError for an unknown codec, for damaged
 * content and for content of more than `maxBytes`.
 */
export function recordsBody(batch: Uint8Array, maxBytes: number): Uint8Array {
  const compression = compressionAt(batch);
  if (compression === null) throw new ProtocolError('malformed', 'a batch of an unknown compression type');
  return decompress(compression, batch.subarray(BATCH_HEADER_BYTES, batchSizeAt(batch)), maxBytes);
}

/**
 * The records of a batch, given its body (see `recordsBody`). Throws a ProtocolError where records, their count and
 * the body's length do not fit together.
 */
export function* recordsIn(batch: Uint8Array, body: Uint8Array): Generator<LogRecord> {
  const { baseOffset, baseTimestamp, timestampType, maxTimestamp } = readBatchHeader(batch);
  const cursor = new RecordCursor(body, recordCountAt(batch));
  while (cursor.next()) {
    yield {
      offset: baseOffset + cursor.offsetDelta,
      timestamp: timestampType === 'LogAppendTime' ? maxTimestamp : baseTimestamp + cursor.timestampDelta,
      key: cursor.key(),
      value: cursor.value(),
      headers: cursor.headers(),
    };
  }
}

/**
 * Walks over records without an object for each: `next()` moves to the next record and checks its whole framing, the
 * fields and accessors tell about the record it is at.
 */
export class RecordCursor {
  offsetDelta = 0;
  timestampDelta = 0;
  /** -1 for a record without a key. */
  keyLength = -1;
  /** -1 for a tombstone. */
  valueLength = -1;
  headerCount = 0;
  /** The bytes that the record takes, its length prefix included. */
  sizeInBytes = 0;
  /** Where in the body the key begins. */
  keyAt = 0;
  /** Where everything begins that stays the same when the base timestamp changes: from the offset delta on. */
  offsetDeltaAt = 0;
  /** Where in the body the record ends. */
  endAt = 0;
  readonly #reader: Reader;
  readonly #bytes: Uint8Array;
  #left: number;
  #valueAt = 0;
  #headersAt = 0;

  constructor(body: Uint8Array, recordCount: number) {
    if (recordCount < 0) throw new ProtocolError('malformed', `a batch of ${recordCount} records`);
    this.#bytes = body;
    this.#reader = new Reader(body);
    this.#left = recordCount;
  }

  /** False behind the last record. Throws a ProtocolError for a record that is not well-formed. */
  next(): boolean {
    const reader = this.#reader;
    if (this.#left === 0) {
      reader.expectEnd();
      return false;
    }
    this.#left--;
    const start = reader.offset;
    const length = reader.varint();
    const end = reader.offset + length;
    reader.int8();
    this.timestampDelta = reader.varlong();
    this.offsetDeltaAt = reader.offset;
    this.offsetDelta = reader.varint();
    this.keyLength = reader.varint();
    this.keyAt = reader.offset;
    reader.skip(Math.max(0, this.keyLength));
    this.valueLength = reader.varint();
    this.#valueAt = reader.offset;
    reader.skip(Math.max(0, this.valueLength));
    this.headerCount = reader.varint();
    this.#headersAt = reader.offset;
    this.#skipHeaders();
    if (reader.offset !== end) {
      throw new ProtocolError(
        'malformed',
        `a record announces ${length} bytes and has ${reader.offset - end} more`,
      );
    }
    this.endAt = end;
    this.sizeInBytes = end - start;
    return true;
  }

  key(): Uint8Array | null {
    return this.keyLength < 0 ? null : this.#bytes.subarray(this.keyAt, this.keyAt + this.keyLength);
  }

  value(): Uint8Array | null {
    return this.valueLength < 0
      ? null
      : this.#bytes.subarray(this.#valueAt, this.#valueAt + this.valueLength);
  }

  headers(): RecordHeader[] {
    const headers: RecordHeader[] = [];
    if (this.headerCount === 0) return headers;
    const reader = new Reader(this.#bytes, this.#headersAt);
    for (let left = this.headerCount; left > 0; left--) {
      const key = reader.utf8(reader.varint());
      const length = reader.varint();
      headers.push({ key, value: length < 0 ? null : reader.slice(length) });
    }
    return headers;
  }

  #skipHeaders(): void {
    const reader = this.#reader;
    // A header takes two bytes at least.
    if (this.headerCount < 0 || this.headerCount * 2 > reader.remaining) {
      throw new ProtocolError('malformed', `a record of ${this.headerCount} headers`);
    }
    for (let left = this.headerCount; left > 0; left--) {
      reader.skip(reader.varint());
      reader.skip(Math.max(0, reader.varint()));
    }
  }
}

interface RecordPosition {
  readonly offsetDelta: number;
  readonly timestampDelta: number;
}

/** Straight into the body: its length, which comes first, is counted before. */
function writeRecord(body: Writer, record: NewRecord, { offsetDelta, timestampDelta }: RecordPosition): void {
  const { headers = [], key = null, value } = record;
  let length = 1 + varlongLength(timestampDelta) + varlongLength(offsetDelta);
  length += nullableLength(key) + nullableLength(value) + varlongLength(headers.length);
  for (const header of headers) {
    const keyLength = Buffer.byteLength(header.key);
    length += varlongLength(keyLength) + keyLength + nullableLength(header.value);
  }
  body.varint(length);
  body.int8(0);
  body.varlong(timestampDelta);
  body.varint(offsetDelta);
  writeNullableBytes(body, key);
  writeNullableBytes(body, value);
  body.varint(headers.length);
  for (const header of headers) {
    const keyLength = Buffer.byteLength(header.key);
    body.varint(keyLength);
    body.utf8(header.key, keyLength);
    writeNullableBytes(body, header.value);
  }
}

function nullableLength(bytes: Uint8Array | null): number {
  return bytes === null ? 1 : varlongLength(bytes.length) + bytes.length;
}

/** Of a number's zigzag varint, in bytes. */
function varlongLength(value: number): number {
  let length = 1;
  for (let rest = value < 0 ? -2 * value - 1 : 2 * value; rest >= 128; rest = Math.floor(rest / 128))
    length += 1;
  return length;
}

function writeNullableBytes(writer: Writer, bytes: Uint8Array | null): void {
  writer.varint(bytes === null ? -1 : bytes.length);
  if (bytes !== null) writer.raw(bytes);
}
