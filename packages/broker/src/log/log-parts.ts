import { ErrorCode } from '../protocol/errors.ts';
import { DiskError } from '../runtime/disk.ts';
import { AssignedAppends } from './assigned-appends.ts';
import { DelayedRemovals } from './delayed-removals.ts';
import { FollowerLog } from './follower-log.ts';
import { LeaderLog } from './leader-log.ts';
import { LogCompaction } from './log-compaction.ts';
import type { LogConfig } from './log-config.ts';
import type { MovableOffsets } from './log-cut.ts';
import type { LogEnvironment, TopicPartition } from './log-environment.ts';
import type { LogRead, ReadRequest } from './log-read.ts';
import { LogReader } from './log-reader.ts';
import { LogRetention } from './log-retention.ts';
import { LogWriter, type PendingAppend } from './log-writer.ts';
import type { AppendListener, LogOwner } from './partition-log-options.ts';
import { RecordLookup } from './record-lookup.ts';
import type { LoadedLog } from './recovery.ts';
import { SegmentSwaps } from './segment-swaps.ts';
import type { LogTail } from './tail-cache.ts';

/** The log that the parts are of. */
interface WholeLog {
  readonly topicPartition: TopicPartition;
  readonly directory: string;
  readonly config: LogConfig;
  readonly logStartOffset: number;
  readonly logEndOffset: number;
  readonly highWatermark: number;
  readonly lastStableOffset: number;
  readonly recoveryPoint: number;
  readonly isOffline: boolean;
  advanceLogStartOffset(offset: number): void;
}

export interface LogPartsOptions {
  readonly environment: LogEnvironment;
  readonly owner: LogOwner;
  /** As `LogWriterOptions` has it. */
  readonly waitsForSpace: boolean;
  /** Those of the log. */
  readonly offsets: MovableOffsets;
  /** Told after the parts themselves have followed. */
  readonly listener: () => AppendListener | null;
}

/** What writes, reads, cleans and cuts off a log: kilobytes of memory, for a log that has records or is to have some. */
export class LogParts {
  readonly loaded: LoadedLog;
  readonly writer: LogWriter;
  readonly reader: LogReader;
  readonly tail: LogTail;
  readonly assigned: AssignedAppends;
  readonly lookup: RecordLookup;
  readonly retention: LogRetention;
  readonly swaps = new SegmentSwaps();
  readonly compaction: LogCompaction;
  readonly leader: LeaderLog;
  readonly follower: FollowerLog;
  readonly removals: DelayedRemovals;
  readonly #log: WholeLog;
  readonly #environment: LogEnvironment;

  constructor(log: WholeLog, loaded: LoadedLog, options: LogPartsOptions) {
    const { environment, owner, waitsForSpace, offsets, listener } = options;
    const { directory, topicPartition, config } = log;
    this.loaded = loaded;
    this.#log = log;
    this.#environment = environment;
    this.tail = environment.tails.tail();
    this.writer = new LogWriter(loaded, {
      ...{ environment, directory, config, waitsForSpace, tail: this.tail },
      beforeFirstSync: () => owner.beforeFirstSync(directory),
      listener: {
        appended: () => listener()?.endMoved(),
        rolledBack: () => {
          this.assigned.rollBackToWritten();
          listener()?.rolledBack();
        },
        failed: (error) => owner.onFailure(error),
        damaged: () => listener()?.damaged(),
      },
    });
    this.removals = new DelayedRemovals(environment);
    this.reader = new LogReader(environment, loaded.segments);
    this.assigned = new AssignedAppends(this.writer);
    const { writer, reader, removals, tail, swaps, assigned } = this;
    const failed = (error: unknown) => writer.fail(error);
    this.lookup = new RecordLookup(log, { segments: loaded.segments, swaps, failed });
    this.retention = new LogRetention(log, { environment, directory, writer, reader, removals });
    this.compaction = new LogCompaction(log, {
      ...{ environment, writer, reader, removals, tail, swaps },
      raiseCheckpoint: () => owner.raiseCheckpoint(),
    });
    const queue = (append: Omit<PendingAppend, 'completion'>) => this.#queue(append);
    this.leader = new LeaderLog(log, { environment, writer, assigned, queue });
    const { compaction } = this;
    this.follower = new FollowerLog(log, {
      ...{ environment, directory, writer, reader, removals, tail, swaps, assigned, compaction, offsets },
      queue,
      lowerCheckpoints: (offset) => owner.lowerCheckpoints(topicPartition, offset),
    });
  }

  /** Puts a batch that has its offsets behind all that are on their way. */
  #queue(append: Omit<PendingAppend, 'completion'>): Promise<number> {
    const completion = Promise.withResolvers<number>();
    this.assigned.take(append.bytes, append.lastOffset, completion.promise);
    const { buffers } = this.#environment;
    buffers.hold(append.bytes);
    void completion.promise.then(() => buffers.release(append.bytes));
    this.writer.queue.push({ ...append, completion });
    return completion.promise;
  }

  /** What the files have for a request whose offset lies within the log. */
  async readFiles(request: ReadRequest): Promise<LogRead> {
    try {
      return await this.swaps.steady(() => this.reader.read(request));
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      // Retention may have taken the segment away while it was being read.
      if (request.fromOffset < this.#log.logStartOffset) {
        return { kind: 'refused', errorCode: ErrorCode.OFFSET_OUT_OF_RANGE };
      }
      this.writer.fail(error);
      return { kind: 'refused', errorCode: ErrorCode.KAFKA_STORAGE_ERROR };
    }
  }

  /** As `PartitionLog` has it. */
  close(): Promise<boolean> {
    return this.#end(() => this.writer.close());
  }

  /** As `PartitionLog` has it. */
  abandon(): Promise<void> {
    return this.#end(() => this.writer.abandon());
  }

  async #end<Result>(end: () => Promise<Result>): Promise<Result> {
    const paused = this.compaction.pause();
    const result = await this.writer.queue.exclusively(end);
    await paused;
    this.removals.cancel();
    this.tail.clear();
    await this.#environment.files.forgetIn(this.#log.directory);
    return result;
  }
}
