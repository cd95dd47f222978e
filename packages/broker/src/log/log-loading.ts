import type { LeaderEpochCache } from './leader-epoch-cache.ts';
import type { LogConfig } from './log-config.ts';
import type { LogEnvironment } from './log-environment.ts';
import type { ProducerSnapshots } from './producer-snapshots.ts';
import type { ProducerState } from './producer-state.ts';
import type { SegmentList } from './segment-list.ts';

export interface LoadOptions {
  readonly config: LogConfig;
  /** Whether the log directory was closed in order: then nothing is scanned. */
  readonly isClean: boolean;
  /** Everything below is known to be on the disk. */
  readonly recoveryPoint: number;
  /** Whether what would say so is gone: then it is 0, and a gap that a cleaning may have left is no loss. */
  readonly isRecoveryPointLost?: boolean;
  /** Everything below was cleaned once, so that a gap there is no loss. Kafka checkpoints no recovery point then. */
  readonly cleanedTo?: number;
  /** As checkpointed; records below are deleted. */
  readonly logStartOffset: number;
}

/** A log that is being opened. */
export interface Loading {
  readonly environment: LogEnvironment;
  readonly directory: string;
  readonly options: LoadOptions;
  readonly epochs: LeaderEpochCache;
  readonly snapshots: ProducerSnapshots;
}

/** The segments as they are to be used, and the end of the log. */
export interface OpenedSegments {
  readonly segments: SegmentList;
  readonly producers: ProducerState;
  readonly logEndOffset: number;
  /** Whether indexes and producers on the disk are complete, as closing in order leaves them. */
  readonly isSealed: boolean;
}
