import type { OffsetAndEpoch } from './epoch-log.ts';
import type { MetadataBatch } from './loaded-batch.ts';

/** What the controller is told, in the order of the log. */
export interface QuorumListener {
  /**
   * At the only voter, whose log is the truth: a batch from before this start, or one that the quorum itself wrote.
   * In company: any batch, its own as well, once it is committed.
   */
  onBatch(batch: MetadataBatch): void;
  /** A snapshot is about to be read, which takes the place of all that was told before. */
  onSnapshot(): SnapshotReplay;
  /** Told where it is asked for: who leads, as far as this node knows. */
  onLeaderChanged?(leader: LeaderAndEpoch): void;
  /** Every record below is safe on a majority. */
  onCommitted(highWatermark: number): void;
  /** The quorum is over for this incarnation: nothing more will be appended or committed. */
  onStopped(reason: unknown): void;
}

/** Takes what is in a snapshot. */
export interface SnapshotReplay {
  take(batch: MetadataBatch): void;
  /** That was all of it: what comes next are the records from its offset on. */
  end(id: OffsetAndEpoch): void;
}

export interface LeaderAndEpoch {
  readonly epoch: number;
  readonly leaderId: number | null;
  readonly isSelf: boolean;
}

/** Where records came to lie. `committed` rejects when the quorum stops before. */
export interface QuorumAppend {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly epoch: number;
  readonly committed: Promise<void>;
}
