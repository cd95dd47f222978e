/**
 * The port to the log of `__cluster_metadata-0`, as the quorum needs it. Offsets, epochs and durability are the
 * quorum's business; the log only keeps bytes in order.
 */
export interface MetadataLog {
  /** Offset that the next record gets. */
  readonly endOffset: number;
  /** Epoch of the last batch; -1 while the log is empty. */
  readonly lastEpoch: number;
  /**
   * Assigns offsets and the epoch in the given batch, which is given away, and queues it. `written` resolves once
   * readers of the file see it and rejects when it will never be; the log takes nothing more after that.
   */
  append(
    batch: Uint8Array,
    leaderEpoch: number,
  ): { readonly baseOffset: number; readonly written: Promise<void> };
  /** Everything written before the call is on disk when it resolves. */
  flush(): Promise<void>;
  /** Whole record batches from the first one on to the end at the time of the call, any number in each chunk. */
  read(): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}
