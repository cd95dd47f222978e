import { DiskError } from '../runtime/disk.ts';
import type { CleanableRange } from './cleanable-range.ts';
import { cleanableRange } from './cleanable-range.ts';
import { CleanedSegment } from './cleaned-segment.ts';
import { CleaningGuard, type CleaningTurn } from './cleaning-guard.ts';
import { CleaningAborted, type CleaningCounts, CleaningRun, type CleaningTools } from './cleaning-run.ts';
import type { DelayedRemovals } from './delayed-removals.ts';
import type { LogConfig } from './log-config.ts';
import type { LogEnvironment } from './log-environment.ts';
import type { LogReader } from './log-reader.ts';
import type { LogWriter } from './log-writer.ts';
import type { Segment } from './segment.ts';
import { SWAP_SUFFIX } from './segment-files.ts';
import { groupSegments } from './segment-groups.ts';
import type { SegmentSwaps } from './segment-swaps.ts';
import type { LogTail } from './tail-cache.ts';

/** The log that is compacted. */
interface CompactedLog {
  readonly directory: string;
  readonly config: LogConfig;
  readonly logStartOffset: number;
  readonly logEndOffset: number;
  readonly lastStableOffset: number;
  readonly recoveryPoint: number;
}

export interface LogCompactionOptions {
  readonly environment: LogEnvironment;
  readonly writer: LogWriter;
  readonly reader: LogReader;
  readonly tail: LogTail;
  readonly swaps: SegmentSwaps;
  readonly removals: DelayedRemovals;
  /** Makes the checkpoint of the recovery point say what the log does, durably. Rejects with a `DiskError`. */
  readonly raiseCheckpoint: () => Promise<void>;
}

/** Cleans a log: of records with the same key the last one stays, in segments that take the places of the old ones. */
export class LogCompaction {
  readonly #log: CompactedLog;
  readonly #options: LogCompactionOptions;
  readonly #guard = new CleaningGuard();
  /** Everything below was cleaned; null when nothing is known of it. The cleaner keeps it in a file. */
  cleanedTo: number | null = null;

  constructor(log: CompactedLog, options: LogCompactionOptions) {
    this.#log = log;
    this.#options = options;
  }

  /** Whether it may not be cleaned now, or is being cleaned. */
  get isBusy(): boolean {
    return this.#guard.isBusy || this.#guard.isPaused;
  }

  /** What of the log may be cleaned; see {@link cleanableRange}. */
  range(nowMs: number): Promise<CleanableRange> {
    const { config, logStartOffset, logEndOffset, lastStableOffset } = this.#log;
    const { segments } = this.#options.writer.loaded;
    return cleanableRange(
      { segments, config, logStartOffset, logEndOffset, lastStableOffset },
      this.cleanedTo,
      nowMs,
    );
  }

  /**
   * Ends a cleaning that is under way, and lets none begin until {@link resume} was called as often: the log is to be
   * cut off or taken away. Not to be called from within the write queue.
   */
  pause(): Promise<void> {
    return this.#guard.pause();
  }

  resume(): void {
    this.#guard.resume();
  }

  /** The log is cut off at `offset`, while it is paused: what comes there is not clean. */
  noteCutOff(offset: number): void {
    if (this.cleanedTo !== null) this.cleanedTo = Math.min(this.cleanedTo, offset);
  }

  /**
   * Cleans the range. Null when somebody else wanted the log meanwhile, and nothing is wrong. Rejects with a `DiskError`,
   * and with another error where the log itself is damaged; it is then as readable as before.
   */
  clean(range: CleanableRange, tools: CleaningTools): Promise<CleaningCounts | null> {
    return this.#guard.clean(async (given) => {
      const log = this.#log;
      const turn: CleaningTurn = {
        get isAborted() {
          return given.isAborted || !log.config.cleanupPolicy.includes('compact');
        },
      };
      const { segments } = this.#options.writer.loaded;
      const cleaned = segments.all.filter(({ baseOffset }) => baseOffset < range.firstUncleanableOffset);
      try {
        return await this.#clean(cleaned, { range, tools, turn });
      } catch (error) {
        // Retention, or who has aborted us, may have taken away what we were reading.
        if (error instanceof CleaningAborted || turn.isAborted || !this.#areThere(cleaned)) return null;
        throw error;
      }
    });
  }

  async #clean(
    all: readonly Segment[],
    { range, tools, turn }: { range: CleanableRange; tools: CleaningTools; turn: CleaningTurn },
  ): Promise<CleaningCounts> {
    const { environment, writer, raiseCheckpoint } = this.#options;
    // A recovery must not read through what is cleaned: it would take the gaps for the end of the log.
    if (this.#log.recoveryPoint < range.firstUncleanableOffset) await writer.flush();
    if (this.#log.recoveryPoint < range.firstUncleanableOffset) throw new CleaningAborted();
    await raiseCheckpoint();
    const { config } = this.#log;
    const cleanedLog = {
      config,
      segments: writer.loaded.segments,
      producers: () => writer.producers.entries(),
    };
    const run = new CleaningRun(cleanedLog, { range, tools, turn, nowMs: environment.clock.wallMs() });
    await run.indexKeys(all);
    const { endOffset } = run.counts;
    const sources = await Promise.all(
      all.filter(({ baseOffset }) => baseOffset < endOffset).map(withIndexBytes),
    );
    for (const group of groupSegments(sources, config, range.firstUncleanableOffset)) {
      const segments = group.map(({ segment }) => segment);
      await this.#cleanGroup(segments, { run, turn, config });
    }
    return run.counts;
  }

  async #cleanGroup(
    group: readonly Segment[],
    { run, turn, config }: { run: CleaningRun; turn: CleaningTurn; config: LogConfig },
  ): Promise<void> {
    const [first] = group;
    const last = group.at(-1);
    if (first === undefined || last === undefined) return;
    const { environment } = this.#options;
    const { baseOffset } = first;
    const cleaned = await CleanedSegment.create(environment, this.#log.directory, { baseOffset, config });
    let isSwapped = false;
    try {
      await run.filterInto(cleaned, group);
      await cleaned.complete();
      isSwapped = await this.#swap(cleaned, group, turn);
      if (!isSwapped) throw new CleaningAborted();
    } finally {
      if (!isSwapped) await cleaned.discard();
    }
  }

  /** Puts the cleaned segment in the place of the group, between two writes; false when the group is no longer there. */
  #swap(cleaned: CleanedSegment, group: readonly Segment[], turn: CleaningTurn): Promise<boolean> {
    const { environment, writer, swaps } = this.#options;
    return writer.queue.exclusively(async () => {
      if (turn.isAborted || !writer.isOpen || !this.#areThere(group)) return false;
      await cleaned.rename(SWAP_SUFFIX);
      await environment.disk.syncDirectory(this.#log.directory);
      // From here on a start would complete what is left to do: so it has to be done.
      try {
        await swaps.swap(() => this.#takePlaces(cleaned, group));
        await environment.disk.syncDirectory(this.#log.directory);
      } catch (error) {
        if (error instanceof DiskError) writer.giveUp(error);
        throw error;
      }
      return true;
    });
  }

  async #takePlaces(cleaned: CleanedSegment, group: readonly Segment[]): Promise<void> {
    const { environment, writer, reader, tail, removals } = this.#options;
    const { segments, snapshots } = writer.loaded;
    const modifiedMs = group.at(-1)?.modifiedMs ?? environment.clock.wallMs();
    const renamed: string[] = [];
    for (const segment of group) renamed.push(...(await segment.renameToDeleted()));
    // The new name must not be there on the disk before the old ones are gone: a start would find both.
    await environment.disk.syncDirectory(this.#log.directory);
    await cleaned.rename('');
    await writer.flusher.betweenFlushes(async () => segments.replace(group, cleaned.segment(modifiedMs)));
    reader.reset();
    // What it holds may have been aborted, and the index that says so has just lost it.
    tail.clear();
    for (const { baseOffset } of group.slice(1))
      renamed.push(...(await snapshots.renameToDeleted(baseOffset)));
    removals.add(renamed, this.#log.config.fileDeleteDelayMs);
  }

  #areThere(segments: readonly Segment[]): boolean {
    const present = new Set(this.#options.writer.loaded.segments.all);
    return segments.every((segment) => present.has(segment));
  }
}

async function withIndexBytes(segment: Segment) {
  const { baseOffset, sizeInBytes } = segment;
  return { segment, baseOffset, sizeInBytes, indexBytes: await segment.indexBytes() };
}
