/** What a reader wants. */
export interface ReadRequest {
  /** The first batch returned is the one that holds this offset; its earlier records are the reader's to skip. */
  readonly fromOffset: number;
  readonly maxBytes: number;
  /** Only batches that end below this offset are returned. */
  readonly upToOffset: number;
  /** Return the first batch even when it is larger than `maxBytes` (KIP-74). */
  readonly minOneBatch: boolean;
}

/**
 * Whole batches, one behind the other, in one or several arrays; none when the log has no more to give. An array may
 * be handed to a socket once, and is not to be looked at after that.
 */
export interface LogRecords {
  readonly kind: 'records';
  readonly parts: readonly Uint8Array[];
  readonly sizeInBytes: number;
  /** The offset behind the last batch, or `fromOffset` when there is none. */
  readonly nextOffset: number;
}

/** `OFFSET_OUT_OF_RANGE` outside of log start and log end, `KAFKA_STORAGE_ERROR` when the disk refused. */
export type LogRead = LogRecords | { readonly kind: 'refused'; readonly errorCode: number };

export function noRecords(fromOffset: number): LogRecords {
  return { kind: 'records', parts: [], sizeInBytes: 0, nextOffset: fromOffset };
}
