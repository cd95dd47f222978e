import { ErrorCode } from '../protocol/errors.ts';
import { assignOffsets, lastOffsetDeltaAt } from '../protocol/record-batch.ts';
import { DiskError } from '../runtime/disk.ts';
import { invariant } from '../runtime/invariant.ts';
import { type AppendOutcome, rejected, repeated } from './append-outcome.ts';
import { type Admission, AssignedAppends } from './assigned-appends.ts';
import { DelayedRemovals } from './delayed-removals.ts';
import { FollowerLog } from './follower-log.ts';
import type { EpochEndOffset, EpochEntry } from './leader-epoch-cache.ts';
import { LogCompaction } from './log-compaction.ts';
import type { LogConfig } from './log-config.ts';
import type { MovableOffsets } from './log-cut.ts';
import type { LogEnvironment, TopicPartition } from './log-environment.ts';
import type { LogRead, ReadRequest } from './log-read.ts';
import { LogReader } from './log-reader.ts';
import { LogRetention } from './log-retention.ts';
import type { RecordSearch } from './log-search.ts';
import { LogWriter, type PendingAppend } from './log-writer.ts';
import type { AppendListener, LeaderAppend, PartitionLogOptions } from './partition-log-options.ts';
import type { ProducerEntry } from './producer-entry.ts';
import { RecordLookup } from './record-lookup.ts';
import { validateBatch } from './record-validator.ts';
import { type LoadedLog, loadLog } from './recovery.ts';
import { SegmentSwaps } from './segment-swaps.ts';
import type { LogTail } from './tail-cache.ts';
import type { AbortedTransaction } from './transaction-index.ts';
import type { TransactionVerifications } from './transaction-verifications.ts';

/**
 * The records of one partition on this broker, in Kafka's format. What it shows is written: offsets up to the log
 * end, producers, leader epochs. Appends that are on their way are known only to the appends behind them.
 */
export class PartitionLog {
  readonly topicPartition: TopicPartition;
  readonly directory: string;
  readonly #environment: LogEnvironment;
  readonly #loaded: LoadedLog;
  readonly #writer: LogWriter;
  readonly #reader: LogReader;
  readonly #tail: LogTail;
  readonly #assigned: AssignedAppends;
  readonly #lookup: RecordLookup;
  readonly #retention: LogRetention;
  readonly #swaps = new SegmentSwaps();
  /** Cleans the log where its topic is compacted. */
  readonly compaction: LogCompaction;
  /** What is done with the log on a follower. */
  readonly follower: FollowerLog;
  #logStartOffset: number;
  #highWatermark: number;
  #listener: AppendListener | null = null;
  readonly #removals: DelayedRemovals;

  private constructor(loaded: LoadedLog, options: PartitionLogOptions) {
    this.topicPartition = options.topicPartition;
    this.directory = options.directory;
    const { environment } = options;
    this.#environment = environment;
    this.#loaded = loaded;
    this.#tail = environment.tails.tail();
    const listener = {
      appended: () => this.#listener?.endMoved(),
      rolledBack: () => this.#rolledBack(),
      failed: options.onFailure,
    };
    this.#writer = new LogWriter(loaded, { ...options, listener, tail: this.#tail });
    this.#removals = new DelayedRemovals(environment);
    this.#reader = new LogReader(environment, loaded.segments);
    this.#assigned = new AssignedAppends(this.#writer);
    this.#lookup = new RecordLookup(this, loaded.segments, this.#swaps);
    const parts = { writer: this.#writer, reader: this.#reader, removals: this.#removals };
    this.#retention = new LogRetention(this, { environment, directory: this.directory, ...parts });
    const readers = { tail: this.#tail, swaps: this.#swaps };
    const { raiseCheckpoint = async () => {}, lowerCheckpoints = async () => {} } = options;
    this.compaction = new LogCompaction(this, { environment, ...parts, ...readers, raiseCheckpoint });
    this.follower = new FollowerLog(this, {
      ...{ environment, directory: this.directory, ...parts, ...readers },
      ...{ assigned: this.#assigned, compaction: this.compaction, queue: (append) => this.#queue(append) },
      offsets: this.#movableOffsets(),
      lowerCheckpoints,
    });
    this.#logStartOffset = loaded.logStartOffset;
    this.#highWatermark = this.#logStartOffset;
    this.updateHighWatermark(options.highWatermark);
  }

  #movableOffsets(): MovableOffsets {
    const log = this;
    return {
      get logStartOffset() {
        return log.#logStartOffset;
      },
      set logStartOffset(offset: number) {
        log.#logStartOffset = offset;
      },
      get highWatermark() {
        return log.#highWatermark;
      },
      set highWatermark(offset: number) {
        log.#highWatermark = offset;
      },
    };
  }

  /** Opens the log in `directory`, or begins an empty one. Rejects with a `DiskError` or a `DamagedFileError`. */
  static async open(options: PartitionLogOptions): Promise<PartitionLog> {
    const log = new PartitionLog(await loadLog(options.environment, options.directory, options), options);
    // What a crash left behind was written and perhaps never synced; a duplicate of it is acknowledged at once.
    const { flushMessages, flushBeforeAck } = options.config;
    const isDue = flushBeforeAck || log.logEndOffset - log.recoveryPoint >= flushMessages;
    if (isDue && log.recoveryPoint < log.logEndOffset) await log.flush();
    // And it waits no longer for `flush.ms` than what is written from now on.
    log.updateConfig(options.config);
    return log;
  }

  get config(): LogConfig {
    return this.#writer.config;
  }

  listen(listener: AppendListener): void {
    this.#listener = listener;
  }

  #rolledBack(): void {
    this.#assigned.rollBackToWritten();
    this.#listener?.rolledBack();
  }

  /** What the topic's configs say from now on. */
  updateConfig(config: LogConfig): void {
    this.#writer.configure(config);
  }

  /** The first offset that may be read. */
  get logStartOffset(): number {
    return this.#logStartOffset;
  }

  /** Whether some records of the first segment are deleted, and some are not. */
  get beginsInsideSegment(): boolean {
    return this.#logStartOffset > this.#loaded.segments.first.baseOffset;
  }

  /** The offset behind the last written record. */
  get logEndOffset(): number {
    return this.#writer.logEndOffset;
  }

  /**
   * The end that this replica answers for: the written end, or the flushed one where the topic asks for that. What a
   * leader counts in its high watermark, and the offset that a follower fetches from.
   */
  get acknowledgedEndOffset(): number {
    return this.#writer.acknowledgedEndOffset;
  }

  /** Everything below is on the disk for certain. */
  get recoveryPoint(): number {
    return this.#writer.flusher.recoveryPoint;
  }

  /** Everything below is on all in-sync replicas, as far as the partition has said. */
  get highWatermark(): number {
    return this.#highWatermark;
  }

  /** Where the first transaction begins whose fate is open or not yet replicated; null without one. */
  get firstUnstableOffset(): number | null {
    const first = this.#writer.producers.firstUnstableOffset;
    return first === null ? null : Math.max(first, this.#logStartOffset);
  }

  /** Consumers that read only what is committed see offsets below. */
  get lastStableOffset(): number {
    return Math.min(this.firstUnstableOffset ?? this.#highWatermark, this.#highWatermark);
  }

  /** The leader epoch of the last record, -1 for a log that never had one. */
  get latestEpoch(): number {
    return this.#loaded.epochs.latestEpoch;
  }

  /** Where each leader epoch begins, ascending. */
  get leaderEpochs(): readonly EpochEntry[] {
    return this.#loaded.epochs.entries;
  }

  /** Bytes of all segments, without indexes. */
  get sizeInBytes(): number {
    return this.#loaded.segments.sizeInBytes;
  }

  /** Whether the disk has refused; the log then answers KAFKA_STORAGE_ERROR. */
  get isOffline(): boolean {
    return this.failure !== null;
  }

  /** Why the log is offline: a `DamagedLogError` where records are not as they were written. */
  get failure(): DiskError | null {
    return this.#writer.failure;
  }

  /** Transactions that are about to write here. */
  get verifications(): TransactionVerifications {
    return this.#assigned.verifications;
  }

  /** Those who wrote to the log, as far as it is written. */
  producers(): Iterable<ProducerEntry> {
    return this.#writer.producers.entries();
  }

  /**
   * A leader begins its epoch behind all that is queued, and knows it at once: who asks for the end of an earlier one
   * must find it before the first record comes. Returns where.
   */
  beginEpoch(leaderEpoch: number): number {
    const { endOffset, isHeld } = this.#assigned;
    const { epochs } = this.#loaded;
    const begin = () => {
      if (leaderEpoch > epochs.latestEpoch) epochs.assign(leaderEpoch, this.logEndOffset);
    };
    if (endOffset === this.logEndOffset && !isHeld) begin();
    else void this.#writer.queue.exclusively(async () => begin());
    return endOffset;
  }

  /** The partition has moved its high watermark; between log start and log end. */
  updateHighWatermark(offset: number): void {
    this.#highWatermark = Math.min(Math.max(offset, this.#logStartOffset), this.logEndOffset);
    this.#writer.producers.onReplicatedUpTo(this.#highWatermark);
  }

  /**
   * Checks one batch, gives it its offsets in place and queues it. The buffer is given away: it must not change any
   * more, and is itself kept and written.
   */
  appendAsLeader(bytes: Uint8Array, append: LeaderAppend): AppendOutcome {
    const { origin, leaderEpoch, opened } = append;
    if (!this.#writer.isOpen) return rejected(ErrorCode.KAFKA_STORAGE_ERROR, 'The log is offline');
    const { clock, space } = this.#environment;
    if (space.refuses(origin, bytes.length)) {
      return rejected(ErrorCode.KAFKA_STORAGE_ERROR, 'The disk has too little space left');
    }
    const nowMs = clock.wallMs();
    const valid = validateBatch(bytes, { origin, config: this.config, nowMs, opened });
    if (valid.kind === 'rejected') return valid;
    const admission = this.#assigned.admit(valid.bytes, append);
    if (admission.kind === 'refused') return rejected(admission.errorCode, admission.message);
    if (admission.kind === 'repeats') return this.#repeated(admission);
    const firstOffset = this.#assigned.endOffset;
    assignOffsets(valid.bytes, firstOffset, leaderEpoch);
    const lastOffset = firstOffset + lastOffsetDeltaAt(valid.bytes);
    const { maxTimestamp, logAppendTimeMs } = valid;
    const completion = this.#queue({ bytes: valid.bytes, firstOffset, lastOffset, maxTimestamp });
    const info = { firstOffset, lastOffset, maxTimestamp, logAppendTimeMs, sizeInBytes: valid.bytes.length };
    return { kind: 'appended', info: { ...info, logStartOffset: this.#logStartOffset }, completion };
  }

  #repeated({ batch, completion }: Extract<Admission, { kind: 'repeats' }>): AppendOutcome {
    const counted = this.#writer.whenCounted(batch.lastOffset, completion);
    return repeated({ batch, completion: counted }, this.#logStartOffset);
  }

  #queue(append: Omit<PendingAppend, 'completion'>): Promise<number> {
    const completion = Promise.withResolvers<number>();
    this.#assigned.take(append.bytes, append.lastOffset, completion.promise);
    const { buffers } = this.#environment;
    buffers.hold(append.bytes);
    void completion.promise.then(() => buffers.release(append.bytes));
    this.#writer.queue.push({ ...append, completion });
    return completion.promise;
  }

  /** Whole batches from the one that holds `fromOffset`; at once when the tail cache has them. */
  read(request: ReadRequest): LogRead | Promise<LogRead> {
    const { fromOffset } = request;
    if (this.isOffline) return { kind: 'refused', errorCode: ErrorCode.KAFKA_STORAGE_ERROR };
    if (fromOffset < this.#logStartOffset || fromOffset > this.logEndOffset) {
      return { kind: 'refused', errorCode: ErrorCode.OFFSET_OUT_OF_RANGE };
    }
    return this.#tail.read(request) ?? this.#readFiles(request);
  }

  async #readFiles(request: ReadRequest): Promise<LogRead> {
    try {
      return await this.#swaps.steady(() => this.#reader.read(request));
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      // Retention may have taken the segment away while it was being read.
      if (request.fromOffset < this.#logStartOffset) {
        return { kind: 'refused', errorCode: ErrorCode.OFFSET_OUT_OF_RANGE };
      }
      this.#writer.fail(error);
      return { kind: 'refused', errorCode: ErrorCode.KAFKA_STORAGE_ERROR };
    }
  }

  /** What several reads of the log find that have to fit together: no cleaning ends between them. */
  steadily<Result>(read: () => Promise<Result>): Promise<Result> {
    return this.#swaps.steady(read);
  }

  /** The first record that is not older than `timestamp`. */
  offsetForTimestamp(timestamp: number): Promise<RecordSearch> {
    return this.#lookup.byTimestamp(timestamp);
  }

  /** The first record with the largest timestamp of the log. */
  newestRecord(): Promise<RecordSearch> {
    return this.#lookup.newest();
  }

  /** The aborted transactions that a reader of `[fromOffset, upToOffset)` must leave out. Rejects with a `DiskError`. */
  abortedTransactions(fromOffset: number, upToOffset: number): Promise<AbortedTransaction[]> {
    return this.#lookup.aborted(fromOffset, upToOffset);
  }

  /** Where the records of a leader epoch end (KIP-320). */
  endOffsetForEpoch(epoch: number): EpochEndOffset {
    return this.#loaded.epochs.endOffsetFor(epoch, this.logEndOffset);
  }

  /** The leader epoch of the record at `offset`, -1 when it is not known. */
  epochForOffset(offset: number): number {
    return this.#loaded.epochs.epochForOffset(offset);
  }

  /** Deletes the records below `offset`, which is not above the high watermark; their segments go with retention. */
  advanceLogStartOffset(offset: number): void {
    if (offset <= this.#logStartOffset) return;
    invariant(offset <= this.#highWatermark, 'records above the high watermark are not deleted');
    this.#logStartOffset = offset;
    this.#loaded.epochs.truncateFromStart(offset);
    this.#writer.producers.onReplicatedUpTo(offset);
    this.#listener?.startMoved();
  }

  /** Deletes the segments that the topic no longer keeps. Returns how many. */
  applyRetention(nowMs: number): Promise<number> {
    return this.#retention.apply(nowMs);
  }

  /** Forgets producers that have written nothing for so long. */
  removeExpiredProducers(expirationMs: number): void {
    const nowMs = this.#environment.clock.wallMs();
    this.#writer.producers.removeExpired(nowMs, expirationMs);
    this.verifications.removeExpired(nowMs, expirationMs);
  }

  /** Resolves when all that is queued is written, or has failed. */
  settled(): Promise<void> {
    return this.#writer.queue.exclusively(async () => {});
  }

  /** Makes everything written so far durable. Resolves also when the disk refused; the log is offline then. */
  flush(): Promise<void> {
    return this.#writer.flush();
  }

  /** Takes the log offline: its directory has failed. */
  goOffline(error: DiskError): void {
    this.#writer.giveUp(error);
  }

  /** Whoever waits for space waits no longer; appends are taken as before. */
  stopWaiting(): void {
    this.#writer.stopWaiting();
  }

  /**
   * Ends the log in order, behind all that is queued: synced, indexes written, producers in a snapshot. Whether the
   * disk has let it be so.
   */
  async close(): Promise<boolean> {
    const paused = this.compaction.pause();
    const isSealed = await this.#writer.queue.exclusively(() => this.#writer.close());
    await paused;
    await this.#release();
    return isSealed;
  }

  /** Ends the log as it is: its directory is to be removed. */
  async abandon(): Promise<void> {
    const paused = this.compaction.pause();
    await this.#writer.queue.exclusively(async () => this.#writer.abandon());
    await paused;
    await this.#release();
  }

  async #release(): Promise<void> {
    this.#removals.cancel();
    this.#tail.clear();
    await this.#environment.files.forgetIn(this.directory);
  }
}
