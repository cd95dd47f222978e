import type { DiskError } from '../runtime/disk.ts';
import type { AdmissionTerms } from './assigned-appends.ts';
import type { LogConfig } from './log-config.ts';
import type { LogEnvironment, TopicPartition } from './log-environment.ts';
import type { OpenedRecords } from './recompression.ts';

export interface PartitionLogOptions {
  readonly environment: LogEnvironment;
  /** The partition's own directory; it exists. */
  readonly directory: string;
  readonly topicPartition: TopicPartition;
  readonly config: LogConfig;
  /** Told when the disk has refused: the whole log directory is to be given up. */
  readonly onFailure: (error: DiskError) => void;
  /** Makes durable what the log's records are worth nothing without. */
  readonly beforeFirstSync: () => Promise<void>;
  /** As `LogCutOptions` has it; a log without checkpoints has nothing to lower. */
  readonly lowerCheckpoints?: (offset: number) => Promise<void>;
  /** As `LogCompactionOptions` has it; a log without checkpoints has none to raise. */
  readonly raiseCheckpoint?: () => Promise<void>;
  /** Whether the log directory was closed in order. */
  readonly isClean: boolean;
  /** The checkpoints of the log directory; 0 where it has none. */
  readonly recoveryPoint: number;
  /** As `LoadOptions` has it. */
  readonly isRecoveryPointLost?: boolean;
  /** As `LoadOptions` has it. */
  readonly cleanedTo?: number;
  readonly logStartOffset: number;
  readonly highWatermark: number;
  /** As `LogWriterOptions` has it. */
  readonly waitsForSpace: boolean;
}

/** How a log is opened, as far as its directory does not say it for all. */
export type LogState = Omit<
  PartitionLogOptions,
  | 'environment'
  | 'directory'
  | 'topicPartition'
  | 'onFailure'
  | 'beforeFirstSync'
  | 'raiseCheckpoint'
  | 'lowerCheckpoints'
>;

export interface OpenLogOptions {
  readonly config: LogConfig;
  readonly topicId: string;
  /** Appends wait while the disk is full, rather than fail. */
  readonly waitsForSpace?: boolean;
  /** Where its owner knows it to have been on the disk, beside what the checkpoint says. */
  readonly durableTo?: number;
}

/** Who is told of what becomes of the appends. */
export interface AppendListener {
  /** The `acknowledgedEndOffset` of the log has moved; the appends that moved it complete afterwards. */
  endMoved(): void;
  /** The log start offset has moved: records are deleted. */
  startMoved(): void;
  /** Every append behind the log end has failed, and later ones take their offsets. */
  rolledBack(): void;
}

export interface LeaderAppend extends AdmissionTerms {
  readonly leaderEpoch: number;
  /** The batch's records, where they were opened before. */
  readonly opened?: OpenedRecords | undefined;
}
