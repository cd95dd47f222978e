import type { KafkaLibrary } from './kafka-library.ts';

/** One record batch, decompressed. */
export interface RecordBatch {
  /** The offset after the batch, also where compaction took its last records. */
  readonly nextOffset: number;
  readonly isTransactional: boolean;
  /** A transaction marker, not clients' records. */
  readonly isControl: boolean;
  readonly producerId: number;
  readonly timestampType: 'create-time' | 'log-append-time';
  readonly records: readonly BatchRecord[];
}

export interface BatchRecord {
  readonly offset: number;
  readonly timestamp: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly { readonly name: string; readonly value: Uint8Array | null }[];
}

const TRANSACTIONAL = 1 << 4;
const CONTROL = 1 << 5;
const LOG_APPEND_TIME = 1 << 3;

/** The whole batches in the bytes of a fetch answer; a batch cut off at the end is left out. */
export function readRecordBatches(library: KafkaLibrary, bytes: Uint8Array | null): RecordBatch[] {
  if (bytes === null || bytes.length === 0) {
    return [];
  }
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return library.readRecordsBatches(library.Reader.from(buffer)).map((batch) => {
    const hasAppendTime = (batch.attributes & LOG_APPEND_TIME) !== 0;
    return {
      nextOffset: Number(batch.firstOffset) + batch.lastOffsetDelta + 1,
      isTransactional: (batch.attributes & TRANSACTIONAL) !== 0,
      isControl: (batch.attributes & CONTROL) !== 0,
      producerId: Number(batch.producerId),
      timestampType: hasAppendTime ? 'log-append-time' : 'create-time',
      records: batch.records.map((record) => ({
        offset: Number(batch.firstOffset) + record.offsetDelta,
        timestamp: safeInteger(
          hasAppendTime ? batch.maxTimestamp : batch.firstTimestamp + record.timestampDelta,
        ),
        key: record.key,
        value: record.value,
        headers: record.headers.map(([name, value]) => ({ name: name?.toString('utf8') ?? '', value })),
      })),
    };
  });
}

/** Producers may send any int64 as a timestamp; beyond what a number holds exactly it is a bound. */
function safeInteger(value: bigint): number {
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(value)));
}
