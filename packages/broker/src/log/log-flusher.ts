import type { Timer } from '../runtime/clock.ts';
import { DiskError } from '../runtime/disk.ts';
import { lacksHandles } from '../runtime/passing-error.ts';
import { writeLeaderEpochs } from './checkpoint-files.ts';
import type { LogConfig } from './log-config.ts';
import type { LogEnvironment } from './log-environment.ts';
import { LEADER_EPOCH_CHECKPOINT, type LoadedLog } from './recovery.ts';
import type { Segment } from './segment.ts';

export interface LogFlusherOptions {
  readonly environment: LogEnvironment;
  readonly directory: string;
  readonly beforeFirstSync: () => Promise<void>;
  /** The recovery point has moved. */
  readonly flushed: () => void;
  /** Something could not be written; it is tried again with the next flush. Throws what is no error of the disk. */
  readonly failed: (error: unknown) => void;
  /** A sync of records failed, and nobody knows what of them is on the disk. */
  readonly lost: (error: DiskError) => void;
}

/** Longest delay that is a delay; above it `flush.ms` means never. */
const FLUSH_DELAY_MS_MAX = Number.MAX_SAFE_INTEGER;

/** Makes durable what the writer of a log has written: one sync at a time, each with all that belongs to it. */
export class LogFlusher {
  /** Everything below is synced. */
  recoveryPoint: number;
  readonly #loaded: LoadedLog;
  readonly #environment: LogEnvironment;
  readonly #directory: string;
  readonly #options: LogFlusherOptions;
  #beforeFirstSync: (() => Promise<void>) | null;
  /** How often the log was cut off, and where the last time. */
  #cuts = 0;
  #cutOffset = 0;
  #flushing: Promise<void> = Promise.resolve();
  #timer: Timer | null = null;
  /** Segments whose indexes were written, on their closing, and not synced since. */
  readonly #closed = new Set<Segment>();
  /** Whether names were added to the directory since it was synced. */
  #hasNewFiles = true;
  /** Whether leader epochs were assigned since their checkpoint was written. */
  #hasNewEpochs = false;
  #isGivenUp = false;

  constructor(loaded: LoadedLog, options: LogFlusherOptions) {
    this.recoveryPoint = loaded.recoveryPoint;
    this.#loaded = loaded;
    this.#environment = options.environment;
    this.#directory = options.directory;
    this.#beforeFirstSync = options.beforeFirstSync;
    this.#options = options;
  }

  /** The index files of a segment that ends at `endOffset` are written; it is closed when the next one is there. */
  async beforeClosing(segment: Segment, endOffset: number): Promise<void> {
    if (endOffset > this.recoveryPoint) return;
    // A recovery that finds the next segment begins there, and trusts these: they are durable before it is.
    await segment.syncIndexes();
    await this.#syncNames();
  }

  /** A segment was closed. */
  addClosed(segment: Segment): void {
    this.#closed.add(segment);
  }

  /** Names were added to the directory of the log. */
  noteNewFiles(): void {
    this.#hasNewFiles = true;
  }

  /**
   * Syncs everything written below `upToOffset`, with what belongs to it. Resolves also when the disk refuses, which
   * the recovery point tells.
   */
  flush(upToOffset: number): Promise<void> {
    const cuts = this.#cuts;
    return this.betweenFlushes(async () => {
      // What was cut off meanwhile is not there to be synced.
      const endOffset = cuts === this.#cuts ? upToOffset : Math.min(upToOffset, this.#cutOffset);
      const isDurable = endOffset <= this.recoveryPoint && this.#closed.size === 0;
      if (this.#isGivenUp || isDurable) return;
      try {
        await this.#sync(endOffset);
      } catch (error) {
        this.#options.failed(error);
      }
    });
  }

  /** The log was cut off, durably, at `offset`, while nothing was synced. */
  noteCutOff(offset: number): void {
    this.#cuts++;
    this.#cutOffset = offset;
  }

  /** `flush.ms`: the oldest unsynced byte sets the timer. `endOffset` is asked when it is over. */
  flushLater({ flushMs }: LogConfig, endOffset: () => number): void {
    if (this.#timer !== null || flushMs > FLUSH_DELAY_MS_MAX) return;
    this.#timer = this.#environment.clock.after(flushMs, () => {
      this.#timer = null;
      void this.flush(endOffset());
    });
  }

  /** Runs `task` while no segment is being synced, so that it may take segments away. */
  betweenFlushes(task: () => Promise<void>): Promise<void> {
    const done = this.#flushing.then(task);
    // What fails is its caller's concern; the next one goes on.
    this.#flushing = done.catch(() => {});
    return done;
  }

  /** Syncs the log to its end, `endOffset`, whatever was synced before. Rejects with a `DiskError`. */
  syncToEnd(endOffset: number): Promise<void> {
    return this.betweenFlushes(() => this.#sync(endOffset));
  }

  /** Makes the snapshot at `offset` durable, and its name. Rejects with a `DiskError`. */
  syncSnapshot(offset: number): Promise<void> {
    return this.betweenFlushes(async () => {
      await this.#loaded.snapshots.syncAt(offset);
      await this.#syncNames();
    });
  }

  /** Takes back what {@link flushLater} has set. */
  forgetTimer(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** Nothing is synced by itself any more. */
  stop(): void {
    this.forgetTimer();
  }

  /** Nothing is synced any more: the disk has refused. */
  giveUp(): void {
    this.#isGivenUp = true;
    this.stop();
  }

  async #sync(upToOffset: number): Promise<void> {
    const { segments, epochs, snapshots } = this.#loaded;
    await this.#beforeFirstSync?.();
    this.#beforeFirstSync = null;
    const unsynced = segments.from(this.recoveryPoint).filter(({ baseOffset }) => baseOffset < upToOffset);
    for (const segment of new Set([...this.#closed, ...unsynced])) {
      // Retention may have taken away what was closed and could not be synced then.
      if (segments.from(segment.baseOffset)[0] === segment) await this.#syncSegment(segment);
      this.#closed.delete(segment);
    }
    await snapshots.syncAt(upToOffset);
    this.#hasNewEpochs ||= epochs.takeChanged();
    if (this.#hasNewEpochs) {
      await writeLeaderEpochs(
        this.#environment.disk,
        `${this.#directory}/${LEADER_EPOCH_CHECKPOINT}`,
        epochs.entries,
      );
      this.#hasNewEpochs = false;
    }
    if (this.#hasNewFiles) {
      this.#hasNewFiles = false;
      await this.#syncNames();
    }
    this.recoveryPoint = Math.max(this.recoveryPoint, upToOffset);
    this.#options.flushed();
  }

  async #syncSegment(segment: Segment): Promise<void> {
    try {
      await segment.sync();
    } catch (error) {
      if (error instanceof DiskError && !lacksHandles(error)) this.#options.lost(error);
      throw error;
    }
  }

  async #syncNames(): Promise<void> {
    try {
      await this.#environment.disk.syncDirectory(this.#directory);
    } catch (error) {
      this.#hasNewFiles = true;
      throw error;
    }
  }
}
