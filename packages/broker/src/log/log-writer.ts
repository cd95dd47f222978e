import { ErrorCode } from '../protocol/errors.ts';
import { leaderEpochAt } from '../protocol/record-batch.ts';
import { DiskError } from '../runtime/disk.ts';
import { isPassing, lacksSpace } from '../runtime/passing-error.ts';
import { DamagedLogError } from './damaged-log-error.ts';
import type { LogConfig } from './log-config.ts';
import type { LogEnvironment } from './log-environment.ts';
import { LogFlusher } from './log-flusher.ts';
import { applyBatch } from './producer-append.ts';
import type { ProducerState } from './producer-state.ts';
import type { LoadedLog } from './recovery.ts';
import { Segment } from './segment.ts';
import type { LogTail } from './tail-cache.ts';
import type { AbortedTransaction } from './transaction-index.ts';
import { UnflushedAppends } from './unflushed-appends.ts';
import { WriteQueue } from './write-queue.ts';

/** A batch with its offsets assigned, on its way to the file. */
export interface PendingAppend {
  readonly bytes: Uint8Array;
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly maxTimestamp: number;
  /** Taken over from a leader. */
  readonly isFollowed?: boolean;
  readonly completion: PromiseWithResolvers<number>;
}

/** Who is told of what becomes of a log. */
export interface LogListener {
  /** The end that counts has moved; completions of the appends come right after. */
  appended(): void;
  /** Everything that was queued behind the log end has failed: the disk was full. */
  rolledBack(): void;
  /** The disk refused; the log takes no more appends and its directory is to be given up. Once. */
  failed(error: DiskError): void;
  /** Records are not as they were written; the log takes no more appends, and its directory goes on. Once. */
  damaged(): void;
}

export interface LogWriterOptions {
  readonly environment: LogEnvironment;
  readonly directory: string;
  readonly config: LogConfig;
  readonly listener: LogListener;
  readonly tail: LogTail;
  readonly beforeFirstSync: () => Promise<void>;
  /** Appends and flushes wait until there is space, rather than fail; until the log is stopped. */
  readonly waitsForSpace: boolean;
}

/** How long it takes until what found no space is tried again. */
const SPACE_RETRY_MS = 500;

/**
 * Brings batches to the files of a log and rolls segments. All it shows is written; nothing is ahead of it. An append
 * completes when it is written, or synced where the config says so.
 */
export class LogWriter {
  producers: ProducerState;
  logEndOffset: number;
  readonly loaded: LoadedLog;
  readonly flusher: LogFlusher;
  readonly queue: WriteQueue<PendingAppend>;
  readonly #environment: LogEnvironment;
  readonly #directory: string;
  readonly #listener: LogListener;
  readonly #tail: LogTail;
  #waitsForSpace: boolean;
  readonly #unflushed = new UnflushedAppends();
  #config: LogConfig;
  #failure: DiskError | null = null;
  #isStopped = false;
  /** Whether the files are about to be removed. */
  #isAbandoned = false;
  /** Whether the log was closed or abandoned: what was queued behind that finds no segment to be written to. */
  #hasEnded = false;
  /** Whether the files say less than the memory: there is something to be done on closing. */
  #isUnsealed: boolean;
  /** Whether a write that failed may have left bytes behind the log end. */
  #hasTornEnd = false;

  constructor(loaded: LoadedLog, options: LogWriterOptions) {
    this.#config = options.config;
    this.loaded = loaded;
    this.producers = loaded.producers;
    this.logEndOffset = loaded.logEndOffset;
    this.flusher = new LogFlusher(loaded, {
      ...options,
      flushed: () => this.#acknowledgeFlushed(),
      failed: (error) => this.fail(error),
      lost: (error) => this.giveUp(error),
    });
    const { clock } = options.environment;
    this.queue = new WriteQueue(
      (appends) => this.#write(appends),
      (task) => clock.soon(task),
    );
    this.#isUnsealed = !loaded.isSealed;
    this.#environment = options.environment;
    this.#directory = options.directory;
    this.#listener = options.listener;
    this.#tail = options.tail;
    this.#waitsForSpace = options.waitsForSpace;
  }

  get config(): LogConfig {
    return this.#config;
  }

  /** What is under way follows the new config too. */
  configure(config: LogConfig): void {
    this.#config = config;
    if (this.#isStopped) return;
    this.flusher.forgetTimer();
    if (this.logEndOffset > this.flusher.recoveryPoint) {
      this.flusher.flushLater(config, () => this.logEndOffset);
      if (config.flushBeforeAck) this.#askForFlush();
    }
    if (!config.flushBeforeAck) this.#acknowledgeFlushed();
  }

  /** Why the log takes no more appends, or null. */
  get failure(): DiskError | null {
    return this.#failure;
  }

  /** Whether appends are taken. */
  get isOpen(): boolean {
    return this.#failure === null && !this.#isStopped;
  }

  /** Everything below counts: it may be acknowledged, and is this replica's part in the high watermark. */
  get acknowledgedEndOffset(): number {
    return this.#config.flushBeforeAck
      ? Math.min(this.logEndOffset, this.flusher.recoveryPoint)
      : this.logEndOffset;
  }

  /** For a duplicate of a batch that was written up to `lastOffset`: `completion`, but not before it counts. */
  whenCounted(lastOffset: number, completion: Promise<number>): Promise<number> {
    if (lastOffset < this.acknowledgedEndOffset || lastOffset >= this.logEndOffset) return completion;
    this.#askForFlush();
    return this.#unflushed.await(lastOffset);
  }

  async #write(appends: readonly PendingAppend[]): Promise<void> {
    let rest = appends;
    let mayTry = true;
    while (rest.length > 0 && mayTry && this.#failure === null && !this.#hasEnded) {
      try {
        const group = await this.#writeSome(rest);
        rest = rest.slice(group.length);
        await this.#finish(group);
      } catch (error) {
        this.fail(error);
        await this.#mendEnd().catch((reason: unknown) => this.fail(reason));
        mayTry = await this.#triesAgain();
      }
    }
    if (rest.length === 0) return;
    for (const append of rest) append.completion.resolve(ErrorCode.KAFKA_STORAGE_ERROR);
    // Offsets were assigned behind those that failed: all of them go.
    for (const append of this.queue.withdraw()) append.completion.resolve(ErrorCode.KAFKA_STORAGE_ERROR);
    this.#listener.rolledBack();
  }

  /** Whether what found no space is to be tried again; then a while has passed. */
  async #triesAgain(): Promise<boolean> {
    if (!this.#waitsForSpace || !this.isOpen) return false;
    await new Promise<void>((resolve) => {
      this.#environment.clock.after(SPACE_RETRY_MS, resolve);
    });
    return this.isOpen && this.#waitsForSpace;
  }

  /** Writes as many as go into one segment, and returns them. */
  async #writeSome(appends: readonly PendingAppend[]): Promise<readonly PendingAppend[]> {
    const [first] = appends;
    if (first === undefined) return appends;
    if (this.#hasTornEnd) await this.#mendEnd();
    if (this.loaded.segments.active.mustRollFor(incoming(first), this.#config))
      await this.roll(this.logEndOffset);
    const { active } = this.loaded.segments;
    if (active.isUnmade) await active.make();
    const group = this.#fitting(active, appends);
    const buffers = group.map((append) => append.bytes);
    this.#hasTornEnd = true;
    await this.#environment.files.use(active.path, (file) => file.write(buffers, active.sizeInBytes));
    this.#hasTornEnd = false;
    this.#isUnsealed = true;
    for (const append of group) {
      const aborted = this.#noteWritten(active, append);
      if (aborted !== null) (await active.transactions()).append(aborted);
    }
    return group;
  }

  /**
   * Cuts off what a failed write has left behind the log end, where a start would take it for records: durably, as
   * whoever appended them is told that they are not there.
   */
  async #mendEnd(): Promise<void> {
    if (!this.#hasTornEnd) return;
    const { active } = this.loaded.segments;
    await this.#environment.files.use(active.path, async (file) => {
      await file.truncate(active.sizeInBytes);
      await file.sync();
    });
    this.#hasTornEnd = false;
  }

  /** Completes appends that are written, at once or when they are synced. */
  async #finish(group: readonly PendingAppend[]): Promise<void> {
    if (this.#config.flushBeforeAck) {
      for (const append of group) this.#unflushed.add(append);
      this.#askForFlush();
      return;
    }
    const isDue = this.logEndOffset - this.flusher.recoveryPoint >= this.#config.flushMessages;
    if (isDue) await this.flush();
    else this.flusher.flushLater(this.#config, () => this.logEndOffset);
    const isRefused = isDue && this.flusher.recoveryPoint < this.logEndOffset;
    if (!isRefused) this.#listener.appended();
    const outcome = isRefused ? ErrorCode.KAFKA_STORAGE_ERROR : ErrorCode.NONE;
    for (const append of group) append.completion.resolve(outcome);
  }

  #askForFlush(): void {
    this.#environment.flushes.ask(this.#flushInRound);
  }

  readonly #flushInRound = async (): Promise<void> => {
    const target = this.logEndOffset;
    await this.flusher.flush(target);
    if (!this.isOpen || this.flusher.recoveryPoint >= target) return;
    // There was no space for what belongs to the records.
    this.#environment.clock.after(SPACE_RETRY_MS, () => {
      if (this.isOpen && this.acknowledgedEndOffset < this.logEndOffset) this.#askForFlush();
    });
  };

  #acknowledgeFlushed(): void {
    if (!this.#config.flushBeforeAck && this.#unflushed.isEmpty) return;
    this.#listener.appended();
    this.#unflushed.complete(this.acknowledgedEndOffset);
  }

  #fitting(active: Segment, appends: readonly PendingAppend[]): readonly PendingAppend[] {
    const firstTimestamp = appends[0]?.maxTimestamp ?? -1;
    let sizeInBytes = 0;
    for (const [count, append] of appends.entries()) {
      const pending = { count, sizeInBytes, firstTimestamp };
      if (count > 0 && active.mustRollFor(incoming(append), this.#config, pending))
        return appends.slice(0, count);
      sizeInBytes += append.bytes.length;
    }
    return appends;
  }

  #noteWritten(active: Segment, append: PendingAppend): AbortedTransaction | null {
    const { bytes, firstOffset, lastOffset } = append;
    active.noteWritten(bytes);
    this.loaded.epochs.assign(leaderEpochAt(bytes), firstOffset);
    if (append.isFollowed) this.#tail.follow(append);
    else this.#tail.add(append);
    this.logEndOffset = lastOffset + 1;
    return applyBatch(this.producers, bytes, 0);
  }

  /**
   * Closes the active segment and begins a new one at `baseOffset`. To be called by the queue only. Where the disk
   * has no space for it nothing has changed.
   */
  async roll(baseOffset: number): Promise<void> {
    await this.#mendEnd();
    await this.flusher.betweenFlushes(() => this.#beginSegment(baseOffset));
    this.#environment.logger.debug({ directory: this.#directory, baseOffset }, 'Rolled a new segment');
    void this.flusher.flush(baseOffset);
  }

  /** While the recovery point stays where it is. */
  async #beginSegment(baseOffset: number): Promise<void> {
    const { segments, snapshots } = this.loaded;
    const closed = segments.active;
    await closed.writeIndexes();
    await this.flusher.beforeClosing(closed, baseOffset);
    await snapshots.take(this.producers);
    const begun = await Segment.create(this.#environment, this.#directory, {
      baseOffset,
      config: this.#config,
    });
    this.flusher.noteNewFiles();
    closed.seal();
    segments.add(begun);
    this.flusher.addClosed(closed);
  }

  /** Makes everything written so far durable. Resolves also when the disk refuses, which the recovery point tells. */
  async flush(): Promise<void> {
    const target = this.logEndOffset;
    do await this.flusher.flush(target);
    while (this.flusher.recoveryPoint < Math.min(target, this.logEndOffset) && (await this.#triesAgain()));
  }

  /** The log was cut off at `endOffset`, or begun anew there. To be called by the queue only. */
  continueFrom(endOffset: number, producers: ProducerState): void {
    this.logEndOffset = endOffset;
    this.producers = producers;
    this.#isUnsealed = true;
    this.#hasTornEnd = false;
    this.flusher.noteNewFiles();
    this.flusher.noteCutOff(endOffset);
    this.#unflushed.failFrom(endOffset, ErrorCode.NOT_LEADER_OR_FOLLOWER);
  }

  /** From here on what finds no space fails; what finds some is written as before. */
  stopWaiting(): void {
    this.#waitsForSpace = false;
  }

  /** Takes no more appends, and leaves the files as they are. */
  stop(): void {
    this.#isStopped = true;
    this.flusher.stop();
  }

  /**
   * Stops for good: whoever waits waits in vain. When it resolves nothing is written or synced any more, and what a
   * reader may still find missing is nobody's failure.
   */
  async abandon(): Promise<void> {
    this.stop();
    this.#hasEnded = true;
    this.#isAbandoned = true;
    this.flusher.giveUp();
    this.#unflushed.failAll(ErrorCode.KAFKA_STORAGE_ERROR);
    await this.flusher.betweenFlushes(async () => {});
  }

  /** Stops, and leaves the files complete and durable. Whether that was done. To be called by the queue only. */
  async close(): Promise<boolean> {
    this.stop();
    this.#hasEnded = true;
    if (this.#failure !== null) return false;
    if (!this.#isUnsealed && !this.#hasTornEnd) return true;
    try {
      await this.#mendEnd();
      await this.loaded.segments.active.writeIndexes();
      this.loaded.segments.active.seal();
      this.flusher.noteNewFiles();
      await this.flusher.syncToEnd(this.logEndOffset);
      // Last: a recovery takes it as the proof that what the index files say up to here is on the disk.
      await this.loaded.snapshots.take(this.producers);
      await this.flusher.syncSnapshot(this.logEndOffset);
      return true;
    } catch (error) {
      this.fail(error);
      return false;
    } finally {
      this.#unflushed.failAll(ErrorCode.KAFKA_STORAGE_ERROR);
    }
  }

  /** What the disk refused. Something that has run out is told to the directory; anything else ends the log. */
  fail(error: unknown): void {
    if (!(error instanceof DiskError)) throw error;
    if (!isPassing(error)) this.giveUp(error);
    else if (lacksSpace(error)) this.#environment.space.noteFull(error);
  }

  /**
   * Gives the log up after the disk refused: a write that failed may have been written in part, a failed sync may
   * have dropped what it did not write, and neither is told by trying again.
   */
  giveUp(error: DiskError): void {
    if (this.#failure !== null || this.#isAbandoned) return;
    this.#failure = error;
    this.#isStopped = true;
    this.flusher.giveUp();
    this.#unflushed.failAll(ErrorCode.KAFKA_STORAGE_ERROR);
    if (error instanceof DamagedLogError) {
      const { code, path, position, offset, reason } = error;
      const text = 'Records are damaged; the log goes offline, and others stay';
      this.#environment.logger.error({ code, path, position, offset, reason }, text);
      this.#listener.damaged();
      return;
    }
    this.#environment.logger.error(
      { directory: this.#directory, code: error.code, path: error.path },
      'The disk refused; the log goes offline',
    );
    this.#listener.failed(error);
  }
}

function incoming({ bytes, lastOffset, maxTimestamp }: PendingAppend) {
  return { sizeInBytes: bytes.length, lastOffset, maxTimestamp };
}
