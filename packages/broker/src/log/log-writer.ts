import { ErrorCode } from '../protocol/errors.ts';
import { leaderEpochAt } from '../protocol/record-batch.ts';
import { DiskError } from '../runtime/disk.ts';
import type { LogConfig } from './log-config.ts';
import type { LogEnvironment } from './log-environment.ts';
import { LogFlusher } from './log-flusher.ts';
import { applyBatch } from './producer-append.ts';
import type { ProducerState } from './producer-state.ts';
import type { LoadedLog } from './recovery.ts';
import { Segment } from './segment.ts';
import type { LogTail } from './tail-cache.ts';
import type { AbortedTransaction } from './transaction-index.ts';
import { WriteQueue } from './write-queue.ts';

/** A batch with its offsets assigned, on its way to the file. */
export interface PendingAppend {
  readonly bytes: Uint8Array;
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly maxTimestamp: number;
  readonly completion: PromiseWithResolvers<number>;
}

/** Who is told of what becomes of a log. */
export interface LogListener {
  /** The log end offset has moved; completions of the appends come right after. */
  appended(): void;
  /** The disk refused; the log takes no more appends and its directory is to be given up. Once. */
  failed(error: DiskError): void;
}

export interface LogWriterOptions {
  readonly environment: LogEnvironment;
  readonly directory: string;
  readonly listener: LogListener;
  readonly tail: LogTail;
  readonly beforeFirstSync: () => Promise<void>;
}

/** Brings batches to the files of a log and rolls segments. All it shows is written; nothing is ahead of it. */
export class LogWriter {
  config: LogConfig;
  producers: ProducerState;
  logEndOffset: number;
  readonly loaded: LoadedLog;
  readonly flusher: LogFlusher;
  readonly queue: WriteQueue<PendingAppend>;
  readonly #environment: LogEnvironment;
  readonly #directory: string;
  readonly #listener: LogListener;
  readonly #tail: LogTail;
  #failure: DiskError | null = null;
  #isStopped = false;
  /** Whether the files say less than the memory: there is something to be done on closing. */
  #isUnsealed: boolean;

  constructor(loaded: LoadedLog, config: LogConfig, options: LogWriterOptions) {
    this.config = config;
    this.loaded = loaded;
    this.producers = loaded.producers;
    this.logEndOffset = loaded.logEndOffset;
    this.flusher = new LogFlusher(loaded, { ...options, failed: (error) => this.fail(error) });
    this.queue = new WriteQueue((appends) => this.#write(appends));
    this.#isUnsealed = !loaded.isSealed;
    this.#environment = options.environment;
    this.#directory = options.directory;
    this.#listener = options.listener;
    this.#tail = options.tail;
  }

  /** Why the log takes no more appends, or null. */
  get failure(): DiskError | null {
    return this.#failure;
  }

  /** Whether appends are taken. */
  get isOpen(): boolean {
    return this.#failure === null && !this.#isStopped;
  }

  async #write(appends: readonly PendingAppend[]): Promise<void> {
    let rest = appends;
    try {
      while (rest.length > 0 && this.#failure === null) {
        const count = await this.#writeSome(rest);
        for (const append of rest.slice(0, count)) append.completion.resolve(ErrorCode.NONE);
        rest = rest.slice(count);
      }
    } catch (error) {
      this.fail(error);
    }
    for (const append of rest) append.completion.resolve(ErrorCode.KAFKA_STORAGE_ERROR);
  }

  /** Writes as many as go into one segment, and returns how many. */
  async #writeSome(appends: readonly PendingAppend[]): Promise<number> {
    const [first] = appends;
    if (first === undefined) return 0;
    if (this.loaded.segments.active.mustRollFor(incoming(first), this.config))
      await this.roll(first.firstOffset);
    const { active } = this.loaded.segments;
    const group = this.#fitting(active, appends);
    const buffers = group.map((append) => append.bytes);
    await this.#environment.files.use(active.path, (file) => file.write(buffers, active.sizeInBytes));
    for (const append of group) {
      const aborted = this.#noteWritten(active, append);
      if (aborted !== null) (await active.transactions()).append(aborted);
    }
    this.#isUnsealed = true;
    if (this.logEndOffset - this.flusher.recoveryPoint >= this.config.flushMessages) await this.flush();
    else this.flusher.flushLater(this.config, () => this.logEndOffset);
    this.#listener.appended();
    return group.length;
  }

  #fitting(active: Segment, appends: readonly PendingAppend[]): readonly PendingAppend[] {
    let pendingBytes = 0;
    for (const [index, append] of appends.entries()) {
      if (index > 0 && active.mustRollFor(incoming(append), this.config, pendingBytes))
        return appends.slice(0, index);
      pendingBytes += append.bytes.length;
    }
    return appends;
  }

  #noteWritten(active: Segment, append: PendingAppend): AbortedTransaction | null {
    const { bytes, firstOffset, lastOffset } = append;
    active.noteWritten(bytes);
    this.loaded.epochs.assign(leaderEpochAt(bytes), firstOffset);
    this.#tail.add(append);
    this.logEndOffset = lastOffset + 1;
    return applyBatch(this.producers, bytes, 0);
  }

  /** Closes the active segment and begins a new one at `baseOffset`. To be called by the queue only. */
  async roll(baseOffset: number): Promise<void> {
    const { segments, snapshots } = this.loaded;
    const closed = segments.active;
    await closed.close();
    await this.flusher.addClosed(closed, baseOffset);
    await snapshots.take(this.producers);
    segments.add(
      await Segment.create(this.#environment, this.#directory, { baseOffset, config: this.config }),
    );
    this.flusher.noteNewFiles();
    this.#environment.logger.debug({ directory: this.#directory, baseOffset }, 'Rolled a new segment');
    void this.flusher.flush(baseOffset);
  }

  /** Makes everything written so far durable. Resolves also when the disk refuses; the log has failed then. */
  flush(): Promise<void> {
    return this.flusher.flush(this.logEndOffset);
  }

  /** Takes no more appends, and leaves the files as they are. */
  stop(): void {
    this.#isStopped = true;
    this.flusher.stop();
  }

  /** Stops, and leaves the files complete and durable. To be called by the queue only. */
  async close(): Promise<void> {
    this.stop();
    if (this.#failure !== null || !this.#isUnsealed) return;
    try {
      await this.loaded.segments.active.close();
      await this.loaded.snapshots.take(this.producers);
      this.flusher.noteNewFiles();
      await this.flusher.syncToEnd(this.logEndOffset);
    } catch (error) {
      this.fail(error);
    }
  }

  /**
   * Gives the log up after the disk refused: a write that failed may have been written in part, a failed sync may
   * have dropped what it did not write, and neither is told by trying again.
   */
  fail(error: unknown): void {
    if (!(error instanceof DiskError)) throw error;
    if (this.#failure !== null) return;
    this.#failure = error;
    this.#isStopped = true;
    this.flusher.giveUp();
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
