import type { AdmissionTerms } from '../log/assigned-appends.ts';

/** What the log is told of a batch that belongs to a transaction, or ends one. */
export type TransactionTerms = Pick<AdmissionTerms, 'verification' | 'transactionVersion'>;

/**
 * The port to one partition of a coordinator's topic (`__consumer_offsets`, `__transaction_state`), held by the
 * broker that leads it in one leader epoch. The composition root builds one over the partition for each epoch and
 * hands it to `CoordinatorRuntime.elected`; after the partition was given up it may reject everything.
 */
export interface CoordinatorLog {
  /** The epoch in which this broker leads; appends never succeed in another one. */
  readonly leaderEpoch: number;
  /** A larger batch is refused, unless it is smaller when it is compressed. */
  readonly maxBatchBytes: number;
  /**
   * Appends one complete record batch with required acks -1. Base offset and leader epoch are still to be assigned
   * and the buffer is given away. Synchronous up to the queue: two appends lie in the log in the order of the calls.
   */
  append(batch: Uint8Array, terms?: TransactionTerms): CoordinatorAppend;
  /**
   * Whole record batches from the log start to the log end, oldest first, any number in each chunk. Ends when the
   * last is below the high watermark, so that nothing which may still be truncated is taken for committed. Throws
   * when the log cannot be read or was given up meanwhile.
   */
  replay(): AsyncIterable<Uint8Array>;
}

/**
 * `committed` never rejects. It resolves with `ErrorCode.NONE` once the high watermark is above the batch, or with
 * the partition's error (`NOT_LEADER_OR_FOLLOWER`, `KAFKA_STORAGE_ERROR` …) once it is certain that this leader
 * will not commit it; then every batch appended after it has failed too.
 */
export type CoordinatorAppend =
  | { readonly kind: 'queued'; readonly committed: Promise<number> }
  | { readonly kind: 'rejected'; readonly errorCode: number };
