import type { Timer } from '../runtime/clock.ts';
import { DiskError } from '../runtime/disk.ts';
import { isPassing } from '../runtime/passing-error.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { type CleanableRange, isDue } from './cleanable-range.ts';
import type { CleanerCheckpoint } from './cleaner-checkpoint.ts';
import { CleanerMetrics } from './cleaner-metrics.ts';
import type { CleanerSettings } from './cleaner-settings.ts';
import type { CleaningCounts, CleaningTools } from './cleaning-run.ts';
import { IoThrottle } from './io-throttle.ts';
import type { PartitionLog } from './partition-log.ts';

/** A log directory, as far as the cleaner is concerned. */
export interface CleanedDirectory {
  readonly path: string;
  readonly isOffline: boolean;
  readonly logs: Iterable<PartitionLog>;
  readonly cleanerCheckpoint: CleanerCheckpoint;
}

/** A log that is due to be cleaned. */
interface DirtyLog {
  readonly log: PartitionLog;
  readonly range: CleanableRange;
  readonly place: Place;
}

interface Place {
  readonly directory: CleanedDirectory;
  readonly checkpoint: CleanerCheckpoint;
}

const HASH_KEY_WORDS = 4;
const READ_BYTES_MIN = 4096;

/**
 * Cleans the compacted logs of a broker, the dirtiest first, one after the other in each of its threads. A log that
 * cannot be cleaned is reported and left as it is until the next start.
 */
export class LogCleaner {
  readonly #runtime: Runtime;
  readonly #places: readonly Place[];
  readonly #metrics: CleanerMetrics;
  readonly #throttle: IoThrottle;
  #settings: CleanerSettings;
  readonly #threads = new Map<number, Promise<void>>();
  readonly #inProgress = new Set<PartitionLog>();
  readonly #uncleanable = new Map<PartitionLog, Place>();
  /** What found no space, or could not begin: not before the others had their turn. */
  readonly #deferred = new Set<PartitionLog>();
  readonly #sleeping = new Set<{ timer: Timer; wake: () => void }>();
  #isClosed = false;

  constructor(runtime: Runtime, directories: readonly CleanedDirectory[], settings: CleanerSettings) {
    this.#runtime = runtime;
    this.#settings = settings;
    this.#metrics = new CleanerMetrics(runtime.metrics);
    this.#throttle = new IoThrottle(runtime.clock, settings.ioBytesPerSecond);
    this.#places = directories.map((directory) => ({ directory, checkpoint: directory.cleanerCheckpoint }));
  }

  /** Begins to clean. To be called when all logs are open. */
  start(): void {
    if (!this.#settings.isEnabled || this.#isClosed) return;
    for (let thread = 0; thread < this.#settings.threads; thread++) {
      if (!this.#threads.has(thread)) this.#threads.set(thread, this.#run(thread));
    }
  }

  /** What the broker's configs say from now on. Cleanings under way keep their memory. */
  changeSettings(settings: CleanerSettings): void {
    const isStarted = this.#threads.size > 0;
    this.#settings = { ...settings, isEnabled: this.#settings.isEnabled };
    this.#throttle.changeRate(settings.ioBytesPerSecond);
    for (const sleeper of [...this.#sleeping]) sleeper.wake();
    if (isStarted) this.start();
  }

  /** Ends the cleanings; what they have not yet put in place is dropped. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const sleeper of [...this.#sleeping]) sleeper.wake();
    const logs = [...this.#inProgress];
    await Promise.all(logs.map((log) => log.compaction.pause()));
    await Promise.all(this.#threads.values());
  }

  async #run(thread: number): Promise<void> {
    while (!this.#isClosed && thread < this.#settings.threads) {
      if (await this.#cleanFilthiest()) continue;
      this.#deferred.clear();
      await this.#sleep(this.#settings.backoffMs);
    }
    this.#threads.delete(thread);
  }

  /** True when a log was cleaned, and another may wait. */
  async #cleanFilthiest(): Promise<boolean> {
    const due = await this.#lookForDue();
    // The look took its time: another thread may have taken one of them.
    const filthiest = due
      .filter(({ log }) => !this.#inProgress.has(log))
      .reduce<DirtyLog | null>(
        (best, dirty) => (best !== null && best.range.dirtyRatio >= dirty.range.dirtyRatio ? best : dirty),
        null,
      );
    if (filthiest === null || this.#isClosed) return false;
    this.#inProgress.add(filthiest.log);
    try {
      return await this.#clean(filthiest);
    } finally {
      this.#inProgress.delete(filthiest.log);
    }
  }

  async #lookForDue(): Promise<DirtyLog[]> {
    const nowMs = this.#runtime.clock.wallMs();
    const due: DirtyLog[] = [];
    let [dirtyRatio, overdueMs] = [0, 0];
    for (const place of this.#places) {
      if (place.directory.isOffline) continue;
      await this.#withCheckpoint(place);
      for (const log of [...place.directory.logs]) {
        if (!this.#isCleanable(log)) continue;
        const range = await this.#rangeOf(log, place, nowMs);
        if (range === null) continue;
        dirtyRatio = Math.max(dirtyRatio, range.dirtyRatio);
        overdueMs = Math.max(overdueMs, range.overdueMs);
        if (isDue(range, log.config)) due.push({ log, range, place });
      }
    }
    this.#metrics.noteLook(dirtyRatio, overdueMs);
    return due;
  }

  async #withCheckpoint({ directory, checkpoint }: Place): Promise<void> {
    try {
      await checkpoint.restore(directory.logs);
      // Logs that are gone go out of the file, before others of their names can be taken for them.
      await checkpoint.write(directory.logs);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      const { path } = directory;
      this.#runtime.logger.warn({ directory: path, err: error }, 'The checkpoint of the cleaner was refused');
    }
  }

  #isCleanable(log: PartitionLog): boolean {
    return (
      !log.isUnused &&
      log.config.cleanupPolicy.includes('compact') &&
      !log.isOffline &&
      !log.compaction.isBusy &&
      !this.#inProgress.has(log) &&
      !this.#deferred.has(log) &&
      !this.#uncleanable.has(log)
    );
  }

  async #rangeOf(log: PartitionLog, place: Place, nowMs: number): Promise<CleanableRange | null> {
    try {
      const range = await log.compaction.range(nowMs);
      if (range.isCheckpointWrong) log.compaction.cleanedTo = range.firstDirtyOffset;
      return range;
    } catch (error) {
      this.#failed(log, place, error);
      return null;
    }
  }

  async #clean({ log, range, place }: DirtyLog): Promise<boolean> {
    const { clock, logger } = this.#runtime;
    const startedMs = clock.monotonicMs();
    try {
      const counts = await log.compaction.clean(range, this.#tools());
      if (counts === null) {
        this.#deferred.add(log);
        return true;
      }
      log.compaction.cleanedTo = counts.endOffset;
      await this.#withCheckpoint(place);
      const tookMs = clock.monotonicMs() - startedMs;
      this.#metrics.noteCleaned(counts, tookMs);
      logger.info(
        { ...log.topicPartition, fromOffset: range.firstDirtyOffset, ...summaryOf(counts), tookMs },
        'Cleaned a compacted log',
      );
    } catch (error) {
      this.#failed(log, place, error);
    }
    return true;
  }

  /** What is wrong with the disk or the log ends the log; what has run out is tried again; anything else is left be. */
  #failed(log: PartitionLog, place: Place, error: unknown): void {
    const { logger } = this.#runtime;
    const { topicPartition } = log;
    if (error instanceof DiskError && !isPassing(error)) {
      log.goOffline(error);
    } else if (error instanceof DiskError) {
      this.#deferred.add(log);
      logger.warn({ ...topicPartition, err: error }, 'A compacted log could not be cleaned now');
    } else {
      this.#uncleanable.set(log, place);
      logger.error(
        { ...topicPartition, err: error },
        'A compacted log cannot be cleaned, and is left as it is',
      );
    }
    this.#countUncleanable(place);
  }

  #countUncleanable(place: Place): void {
    const open = new Set(this.#places.flatMap(({ directory }) => [...directory.logs]));
    for (const log of this.#uncleanable.keys()) if (!open.has(log)) this.#uncleanable.delete(log);
    const here = [...this.#uncleanable.values()].filter((other) => other === place);
    this.#metrics.noteUncleanable(place.directory.path, here.length);
  }

  #tools(): CleaningTools {
    const { threads, dedupeBytes, dedupeLoadFactor, ioBufferBytes } = this.#settings;
    const { compute, random } = this.#runtime;
    const words = Uint32Array.from({ length: HASH_KEY_WORDS }, () => random.uint32());
    return {
      compute,
      throttle: this.#throttle,
      hashKey: new Uint8Array(words.buffer),
      mapBytes: Math.floor(dedupeBytes / Math.max(1, threads)),
      mapLoadFactor: dedupeLoadFactor,
      // Half of it for what is read, half for what is written, as in Kafka.
      readBytes: Math.max(READ_BYTES_MIN, Math.floor(ioBufferBytes / Math.max(1, threads) / 2)),
    };
  }

  #sleep(delayMs: number): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper = {
        timer: this.#runtime.clock.after(delayMs, () => sleeper.wake()),
        wake: () => {
          sleeper.timer.cancel();
          this.#sleeping.delete(sleeper);
          resolve();
        },
      };
      this.#sleeping.add(sleeper);
    });
  }
}

function summaryOf(counts: CleaningCounts) {
  const { endOffset, bytesRead, bytesWritten, recordsRead, recordsWritten, keylessRecords } = counts;
  return {
    toOffset: endOffset,
    bytesRead,
    bytesWritten,
    recordsRead,
    recordsWritten,
    ...(keylessRecords > 0 && { keylessRecords }),
  };
}
