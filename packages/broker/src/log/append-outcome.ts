import type { ProducerBatch } from './producer-entry.ts';

/** Who asks for the append, which says how much of the batch is checked (Kafka's AppendOrigin). */
export type AppendOrigin = 'client' | 'coordinator' | 'raft';

/** Where a batch has come to lie. */
export interface LogAppendInfo {
  readonly firstOffset: number;
  readonly lastOffset: number;
  /**
   * What Produce answers: the broker's time if the topic stamps records with it, else -1; for a duplicate the
   * timestamp of the batch that it repeats, as in Kafka.
   */
  readonly logAppendTimeMs: number;
  /** Largest timestamp of the batch, -1 without one. */
  readonly maxTimestamp: number;
  readonly logStartOffset: number;
  /** Bytes of the batch as it lies in the log; 0 for a duplicate. */
  readonly sizeInBytes: number;
}

/** A record refused, by its place in the batch. */
export interface RecordError {
  readonly batchIndex: number;
  readonly message: string;
}

/** A batch that is not appended, with what the client is told. */
export interface AppendRejection {
  readonly kind: 'rejected';
  readonly errorCode: number;
  readonly message: string;
  readonly recordErrors: readonly RecordError[];
}

/**
 * The answer to an append. Nothing is acknowledged before `completion`, which never rejects: it resolves with
 * `ErrorCode.NONE` once the batch is written (and synced, where `flush.messages` asks for it) and below the log
 * end offset, or with `KAFKA_STORAGE_ERROR`. A duplicate carries the offsets, and the completion, of the append
 * that it repeats.
 */
export type AppendOutcome =
  | { readonly kind: 'appended'; readonly info: LogAppendInfo; readonly completion: Promise<number> }
  | { readonly kind: 'duplicate'; readonly info: LogAppendInfo; readonly completion: Promise<number> }
  | AppendRejection;

export function rejected(errorCode: number, message: string): AppendRejection {
  return { kind: 'rejected', errorCode, message, recordErrors: [] };
}

/** The answer to a batch that is in the log already, or on its way there. */
export function repeated(
  first: { readonly batch: ProducerBatch; readonly completion: Promise<number> },
  logStartOffset: number,
): AppendOutcome {
  const { firstOffset, lastOffset, timestamp } = first.batch;
  const stamped = { maxTimestamp: timestamp, logAppendTimeMs: timestamp };
  const info = { firstOffset, lastOffset, ...stamped, logStartOffset, sizeInBytes: 0 };
  return { kind: 'duplicate', info, completion: first.completion };
}
