import { ErrorCode } from '../protocol/errors.ts';
import type { DiskError } from '../runtime/disk.ts';
import { invariant } from '../runtime/invariant.ts';
import type { AppendOutcome } from './append-outcome.ts';
import type { FollowerLog } from './follower-log.ts';
import { type EpochEndOffset, type EpochEntry, LeaderEpochCache } from './leader-epoch-cache.ts';
import type { LogCompaction } from './log-compaction.ts';
import type { LogConfig } from './log-config.ts';
import type { MovableOffsets } from './log-cut.ts';
import type { LogEnvironment, TopicPartition } from './log-environment.ts';
import { LogParts } from './log-parts.ts';
import { type LogRead, noRecords, type ReadRequest } from './log-read.ts';
import type { RecordSearch } from './log-search.ts';
import type {
  AppendListener,
  LeaderAppend,
  LogOwner,
  NewLog,
  PartitionLogOptions,
} from './partition-log-options.ts';
import type { ProducerEntry } from './producer-entry.ts';
import { type LoadedLog, loadLog, unusedLog } from './recovery.ts';
import type { AbortedTransaction } from './transaction-index.ts';
import type { TransactionVerifications } from './transaction-verifications.ts';

/**
 * The records of one partition on this broker, in Kafka's format. What it shows is written: offsets up to the log
 * end, producers, leader epochs. Appends that are on their way are known only to the appends behind them.
 *
 * A log that never had a record is no more than its name and its leader's epoch, until somebody wants more of it.
 */
export class PartitionLog {
  readonly topicPartition: TopicPartition;
  readonly topicId: string;
  readonly directory: string;
  readonly #environment: LogEnvironment;
  readonly #owner: LogOwner;
  readonly #waitsForSpace: boolean;
  #config: LogConfig;
  /** Null while it never had a record and nobody has asked for more. */
  #parts: LogParts | null = null;
  /** Of a leader that has appended nothing yet, while there are no parts; -1 without one. */
  #unusedEpoch = -1;
  /** Why it is offline, while there are no parts. */
  #unusedFailure: DiskError | null = null;
  #hasEnded = false;
  #logStartOffset = 0;
  #highWatermark = 0;
  #listener: AppendListener | null = null;

  private constructor(options: NewLog) {
    this.topicPartition = options.topicPartition;
    this.topicId = options.topicId;
    this.directory = options.directory;
    this.#environment = options.environment;
    this.#owner = options.owner;
    this.#config = options.config;
    this.#waitsForSpace = options.waitsForSpace;
  }

  /**
   * A log of which it is known that it never had a record: nothing is read or made before it gets one, and whatever
   * lies there by then that is not so is found.
   */
  static unused(options: NewLog): PartitionLog {
    return new PartitionLog(options);
  }

  /** Opens the log in `directory`, or begins an empty one. Rejects with a `DiskError` or a `DamagedFileError`. */
  static async open(options: PartitionLogOptions): Promise<PartitionLog> {
    const log = new PartitionLog(options);
    const loaded = await loadLog(options.environment, options.directory, options);
    if (loaded === 'unused') return log;
    log.#parts = log.#partsOf(loaded);
    log.#logStartOffset = loaded.logStartOffset;
    log.#highWatermark = loaded.logStartOffset;
    log.updateHighWatermark(options.highWatermark);
    // What a crash left behind was written and perhaps never synced; a duplicate of it is acknowledged at once.
    const { flushMessages, flushBeforeAck } = options.config;
    const isDue = flushBeforeAck || log.logEndOffset - log.recoveryPoint >= flushMessages;
    if (isDue && log.recoveryPoint < log.logEndOffset) await log.flush();
    // And it waits no longer for `flush.ms` than what is written from now on.
    log.updateConfig(options.config);
    return log;
  }

  #partsOf(loaded: LoadedLog): LogParts {
    return new LogParts(this, loaded, {
      ...{ environment: this.#environment, owner: this.#owner, waitsForSpace: this.#waitsForSpace },
      offsets: this.#movableOffsets(),
      listener: () => this.#listener,
    });
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

  /** The parts, which are made now where there are none. */
  get #made(): LogParts {
    if (this.#parts !== null) return this.#parts;
    const loaded = unusedLog(this.#environment, this.directory, this.#config);
    if (this.#unusedEpoch >= 0) loaded.epochs.assign(this.#unusedEpoch, 0);
    const parts = this.#partsOf(loaded);
    this.#parts = parts;
    if (this.#unusedFailure !== null) parts.writer.giveUp(this.#unusedFailure);
    if (this.#hasEnded) void parts.writer.abandon();
    return parts;
  }

  /** Whether it never had a record, and nothing is on its way to it. */
  get isUnused(): boolean {
    return this.#parts === null;
  }

  get config(): LogConfig {
    return this.#config;
  }

  listen(listener: AppendListener): void {
    this.#listener = listener;
  }

  /** What the topic's configs say from now on. */
  updateConfig(config: LogConfig): void {
    this.#config = config;
    this.#parts?.writer.configure(config);
  }

  /** Cleans the log where its topic is compacted. */
  get compaction(): LogCompaction {
    return this.#made.compaction;
  }

  /** What is done with the log on a follower. */
  get follower(): FollowerLog {
    return this.#made.follower;
  }

  /** Whether the end of the log is being cut off. */
  get isCutting(): boolean {
    return this.#parts?.follower.isCutting ?? false;
  }

  /** The first offset that may be read. */
  get logStartOffset(): number {
    return this.#logStartOffset;
  }

  /** Whether some records of the first segment are deleted, and some are not. */
  get beginsInsideSegment(): boolean {
    return this.#parts !== null && this.#logStartOffset > this.#parts.loaded.segments.first.baseOffset;
  }

  /** The offset behind the last written record. */
  get logEndOffset(): number {
    return this.#parts?.writer.logEndOffset ?? 0;
  }

  /**
   * The end that this replica answers for: the written end, or the flushed one where the topic asks for that. What a
   * leader counts in its high watermark, and the offset that a follower fetches from.
   */
  get acknowledgedEndOffset(): number {
    return this.#parts?.writer.acknowledgedEndOffset ?? 0;
  }

  /** Everything below is on the disk for certain. */
  get recoveryPoint(): number {
    return this.#parts?.writer.flusher.recoveryPoint ?? 0;
  }

  /** Everything below is on all in-sync replicas, as far as the partition has said. */
  get highWatermark(): number {
    return this.#highWatermark;
  }

  /** Where the first transaction begins whose fate is open or not yet replicated; null without one. */
  get firstUnstableOffset(): number | null {
    const first = this.#parts?.writer.producers.firstUnstableOffset ?? null;
    return first === null ? null : Math.max(first, this.#logStartOffset);
  }

  /** Consumers that read only what is committed see offsets below. */
  get lastStableOffset(): number {
    return Math.min(this.firstUnstableOffset ?? this.#highWatermark, this.#highWatermark);
  }

  /** The leader epoch of the last record, -1 for a log that never had one. */
  get latestEpoch(): number {
    return this.#parts?.loaded.epochs.latestEpoch ?? this.#unusedEpoch;
  }

  /** Where each leader epoch begins, ascending. */
  get leaderEpochs(): readonly EpochEntry[] {
    return this.#parts?.loaded.epochs.entries ?? this.#unusedEpochs;
  }

  /** Bytes of all segments, without indexes. */
  get sizeInBytes(): number {
    return this.#parts?.loaded.segments.sizeInBytes ?? 0;
  }

  /** Whether the disk has refused; the log then answers KAFKA_STORAGE_ERROR. */
  get isOffline(): boolean {
    return this.failure !== null;
  }

  /** Why the log is offline: a `DamagedLogError` where records are not as they were written. */
  get failure(): DiskError | null {
    return this.#parts === null ? this.#unusedFailure : this.#parts.writer.failure;
  }

  /** Transactions that are about to write here. */
  get verifications(): TransactionVerifications {
    return this.#made.assigned.verifications;
  }

  /** Those who wrote to the log, as far as it is written. */
  producers(): Iterable<ProducerEntry> {
    return this.#parts?.writer.producers.entries() ?? [];
  }

  /**
   * A leader begins its epoch behind all that is queued, and knows it at once: who asks for the end of an earlier one
   * must find it before the first record comes. Returns where.
   */
  beginEpoch(leaderEpoch: number): number {
    if (this.#parts === null) {
      this.#unusedEpoch = Math.max(this.#unusedEpoch, leaderEpoch);
      return 0;
    }
    const { writer, assigned, loaded } = this.#parts;
    const { endOffset, isHeld } = assigned;
    const { epochs } = loaded;
    const begin = () => {
      if (leaderEpoch > epochs.latestEpoch) epochs.assign(leaderEpoch, this.logEndOffset);
    };
    if (endOffset === this.logEndOffset && !isHeld) begin();
    else void writer.queue.exclusively(async () => begin());
    return endOffset;
  }

  /** The partition has moved its high watermark; between log start and log end. */
  updateHighWatermark(offset: number): void {
    this.#highWatermark = Math.min(Math.max(offset, this.#logStartOffset), this.logEndOffset);
    this.#parts?.writer.producers.onReplicatedUpTo(this.#highWatermark);
  }

  /** See {@link LeaderLog.append}. Synchronous. */
  appendAsLeader(bytes: Uint8Array, append: LeaderAppend): AppendOutcome {
    return this.#made.leader.append(bytes, append);
  }

  /** Whole batches from the one that holds `fromOffset`; at once when the tail cache has them. */
  read(request: ReadRequest): LogRead | Promise<LogRead> {
    const { fromOffset } = request;
    if (this.isOffline) return { kind: 'refused', errorCode: ErrorCode.KAFKA_STORAGE_ERROR };
    if (fromOffset < this.#logStartOffset || fromOffset > this.logEndOffset) {
      return { kind: 'refused', errorCode: ErrorCode.OFFSET_OUT_OF_RANGE };
    }
    if (this.#parts === null) return noRecords(fromOffset);
    return this.#parts.tail.read(request) ?? this.#parts.readFiles(request);
  }

  /** What several reads of the log find that have to fit together: no cleaning ends between them. */
  steadily<Result>(read: () => Promise<Result>): Promise<Result> {
    return this.#made.swaps.steady(read);
  }

  /** The first record that is not older than `timestamp`. */
  offsetForTimestamp(timestamp: number): Promise<RecordSearch> {
    return this.#made.lookup.byTimestamp(timestamp);
  }

  /** The first record with the largest timestamp of the log. */
  newestRecord(): Promise<RecordSearch> {
    return this.#made.lookup.newest();
  }

  /** The aborted transactions that a reader of `[fromOffset, upToOffset)` must leave out. Rejects with a `DiskError`. */
  abortedTransactions(fromOffset: number, upToOffset: number): Promise<AbortedTransaction[]> {
    return this.#made.lookup.aborted(fromOffset, upToOffset);
  }

  get #epochs(): LeaderEpochCache {
    return this.#parts?.loaded.epochs ?? new LeaderEpochCache(this.#unusedEpochs);
  }

  get #unusedEpochs(): readonly EpochEntry[] {
    return this.#unusedEpoch < 0 ? [] : [{ epoch: this.#unusedEpoch, startOffset: 0 }];
  }

  /** Where the records of a leader epoch end (KIP-320). */
  endOffsetForEpoch(epoch: number): EpochEndOffset {
    return this.#epochs.endOffsetFor(epoch, this.logEndOffset);
  }

  /** The leader epoch of the record at `offset`, -1 when it is not known. */
  epochForOffset(offset: number): number {
    return this.#epochs.epochForOffset(offset);
  }

  /** Deletes the records below `offset`, which is not above the high watermark; their segments go with retention. */
  advanceLogStartOffset(offset: number): void {
    if (offset <= this.#logStartOffset) return;
    invariant(offset <= this.#highWatermark, 'records above the high watermark are not deleted');
    this.#logStartOffset = offset;
    this.#made.loaded.epochs.truncateFromStart(offset);
    this.#made.writer.producers.onReplicatedUpTo(offset);
    this.#listener?.startMoved();
  }

  /** Deletes the segments that the topic no longer keeps. Returns how many. */
  async applyRetention(nowMs: number): Promise<number> {
    return this.#parts === null ? 0 : this.#parts.retention.apply(nowMs);
  }

  /** Forgets producers that have written nothing for so long. */
  removeExpiredProducers(expirationMs: number): void {
    if (this.#parts === null) return;
    const nowMs = this.#environment.clock.wallMs();
    this.#parts.writer.producers.removeExpired(nowMs, expirationMs);
    this.#parts.assigned.verifications.removeExpired(nowMs, expirationMs);
  }

  /** Resolves when all that is queued is written, or has failed. */
  async settled(): Promise<void> {
    await this.#parts?.writer.queue.exclusively(async () => {});
  }

  /** Makes everything written so far durable. Resolves also when the disk refused; the log is offline then. */
  async flush(): Promise<void> {
    await this.#parts?.writer.flush();
  }

  /** Takes the log offline: its directory has failed. */
  goOffline(error: DiskError): void {
    if (this.#parts === null) this.#unusedFailure ??= error;
    else this.#parts.writer.giveUp(error);
  }

  /** Whoever waits for space waits no longer; appends are taken as before. */
  stopWaiting(): void {
    this.#made.writer.stopWaiting();
  }

  /**
   * Ends the log in order, behind all that is queued: synced, indexes written, producers in a snapshot. Whether the
   * disk has let it be so.
   */
  async close(): Promise<boolean> {
    this.#hasEnded = true;
    if (this.#parts === null) return this.#unusedFailure === null;
    return this.#parts.close();
  }

  /** Ends the log as it is: its directory is to be removed. */
  async abandon(): Promise<void> {
    this.#hasEnded = true;
    await this.#parts?.abandon();
  }
}
