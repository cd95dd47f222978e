import type { DiskError } from '../runtime/disk.ts';
import type { AdmissionTerms } from './assigned-appends.ts';
import type { LogConfig } from './log-config.ts';
import type { LogEnvironment, TopicPartition } from './log-environment.ts';
import type { OpenedRecords } from './recompression.ts';

/** What the logs of a directory have to ask of it. One object for all of them. */
export interface LogOwner {
  /** Told when the disk has refused: the whole log directory is to be given up. */
  onFailure(error: DiskError): void;
  /** Makes durable what the records of the log in `directory` are worth nothing without. */
  beforeFirstSync(directory: string): Promise<void>;
  /** As `LogCutOptions` has it. */
  lowerCheckpoints(partition: TopicPartition, offset: number): Promise<void>;
  /** As `LogCompactionOptions` has it. */
  raiseCheckpoint(): Promise<void>;
}

/** Where a log lies, and to whom it belongs. */
export interface LogPlace {
  readonly environment: LogEnvironment;
  /** The partition's own directory; it exists. */
  readonly directory: string;
  readonly topicPartition: TopicPartition;
  readonly owner: LogOwner;
}

/** A log that is empty as long as nobody has written to it. */
export interface NewLog extends LogPlace {
  readonly topicId: string;
  readonly config: LogConfig;
  /** As `LogWriterOptions` has it. */
  readonly waitsForSpace: boolean;
}

export interface PartitionLogOptions extends NewLog {
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
}

/** How a log is opened, as far as its directory does not say it for all. */
export type LogState = Omit<PartitionLogOptions, keyof LogPlace>;

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
  /** Records are not as they were written: the log is offline, and what else lies in its directory is not. */
  damaged(): void;
}

export interface LeaderAppend extends AdmissionTerms {
  readonly leaderEpoch: number;
  /** The batch's records, where they were opened before. */
  readonly opened?: OpenedRecords | undefined;
}
