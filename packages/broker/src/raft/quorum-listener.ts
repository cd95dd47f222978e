import type { MetadataBatch } from './loaded-batch.ts';

/** What the controller is told, in the order of the log. */
export interface QuorumListener {
  /**
   * At the only voter, whose log is the truth: a batch from before this start, or one that the quorum itself wrote.
   * In company: any batch, its own as well, once it is committed.
   */
  onBatch(batch: MetadataBatch): void;
  /** Told where it is asked for: who leads, as far as this node knows. */
  onLeaderChanged?(leader: LeaderAndEpoch): void;
  /** Every record below is safe on a majority. */
  onCommitted(highWatermark: number): void;
  /** The quorum is over for this incarnation: nothing more will be appended or committed. */
  onStopped(reason: unknown): void;
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
