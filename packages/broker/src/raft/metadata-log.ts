import type { EpochStart, OffsetAndEpoch } from './epoch-log.ts';

/**
 * The port to the log of `__cluster_metadata-0`, as the quorum needs it. Offsets, epochs and durability are the
 * quorum's business; the log only keeps bytes in order.
 */
export interface MetadataLog {
  readonly startOffset: number;
  /** Offset that the next record gets. */
  readonly endOffset: number;
  /** Where each epoch begins, ascending. */
  readonly epochs: readonly EpochStart[];
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
  /** Whole record batches from the one with the offset on to the end at the time of the call, any number in a chunk. */
  read(fromOffset: number): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** What a log can do besides where other nodes write it too, and snapshots are taken of it. */
export interface ReplicatedMetadataLog extends MetadataLog {
  /** Queues batches as the leader made them; they follow on the end. */
  appendAsFollower(batches: readonly Uint8Array[]): { readonly written: Promise<void> };
  /** Forgets everything from the offset on; durable when it resolves. */
  truncateTo(offset: number): Promise<void>;
  /** Forgets everything, to go on behind a snapshot; durable when it resolves. */
  startBehind(snapshot: OffsetAndEpoch): Promise<void>;
  /** Forgets what lies below the offset; some of it may stay on the disk for a while. */
  trimTo(offset: number): Promise<void>;
  /** Of all that is on the disk. */
  readonly sizeInBytes: number;
}
