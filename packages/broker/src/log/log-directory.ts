import { DiskError } from '../runtime/disk.ts';
import { invariant } from '../runtime/invariant.ts';
import { isPassing, lacksSpace } from '../runtime/passing-error.ts';
import { DamagedFileError } from './checkpoint-files.ts';
import {
  type CleanShutdown,
  markCleanShutdown,
  takeCleanShutdown,
  type UnusedLog,
  unusedAmong,
} from './clean-shutdown.ts';
import { CleanerCheckpoint } from './cleaner-checkpoint.ts';
import { isRefusal } from './damaged-log-error.ts';
import { DelayedRemovals } from './delayed-removals.ts';
import { type CheckpointKind, checkpointedOffset, DirectoryCheckpoints } from './directory-checkpoints.ts';
import { type ClaimedDirectory, claimDirectory, unusable } from './directory-claim.ts';
import { directoryEnvironment } from './directory-environment.ts';
import { type MetaProperties, readTopicId, syncPartition, writeTopicId } from './directory-files.ts';
import { beginDirectoryTasks } from './directory-tasks.ts';
import type { LogConfig } from './log-config.ts';
import type { LogDirectoryOptions } from './log-directory-options.ts';
import {
  type ChangeableSettings,
  DEFAULT_LOG_DIRECTORY_SETTINGS,
  type LogDirectorySettings,
} from './log-directory-settings.ts';
import type { LogEnvironment, TopicPartition } from './log-environment.ts';
import {
  DELETE_SUFFIX,
  type FoundPartition,
  isDeletedDirectory,
  parseFutureDirectory,
  parsePartitionDirectory,
  partitionDirectoryName,
  STRAY_SUFFIX,
} from './partition-directory.ts';
import { PartitionFolders } from './partition-folders.ts';
import { PartitionLog } from './partition-log.ts';
import type { LogOwner, LogPlace, LogState, OpenLogOptions } from './partition-log-options.ts';
import { PeriodicTasks } from './periodic-tasks.ts';
import { Slots } from './slots.ts';
import type { DirectorySpace } from './space-guard.ts';

/**
 * A directory with the logs of many partitions, as `log.dirs` names it, for one process at a time. It checkpoints
 * their offsets, applies retention, and is given up as a whole when the disk refuses.
 */
export class LogDirectory {
  readonly path: string;
  readonly meta: MetaProperties;
  /** Whether the last stop was a clean one, so that nothing has to be recovered. */
  readonly wasClean: boolean;
  /** The incarnation of the broker that stopped cleanly; -1 when none did, or it is not known. */
  readonly previousBrokerEpoch: number;
  readonly cleanerCheckpoint: CleanerCheckpoint;
  readonly #options: LogDirectoryOptions;
  #settings: LogDirectorySettings;
  readonly #environment: LogEnvironment;
  readonly #checkpoints: DirectoryCheckpoints;
  readonly #claimed: ClaimedDirectory;
  readonly #removals: DelayedRemovals;
  readonly #folders: PartitionFolders;
  readonly #logs = new Map<string, PartitionLog>();
  readonly #tasks: PeriodicTasks;
  /** By the name of the folder: topic ids found there that no log was opened for yet. */
  readonly #foundIds = new Map<string, string>();
  /** By the name of the folder: what the last stop has left without a record, as far as it is not open yet. */
  readonly #unused: Map<string, UnusedLog>;
  readonly #owner: LogOwner = {
    onFailure: (error) => this.goOffline(error),
    beforeFirstSync: (directory) => syncPartition(this.#environment.disk, directory),
    raiseCheckpoint: () => this.#writeCheckpoint('recoveryPoint'),
    lowerCheckpoints: async (partition, offset) => {
      for (const kind of ['recoveryPoint', 'logStart'] as const) await this.#writeCheckpoint(kind);
      await this.cleanerCheckpoint.lower(partition, offset);
    },
  };
  /** What the disk refuses for good concerns all that lies in the directory, and not only whoever asked. */
  readonly #refused = (error: unknown): never => {
    if (isRefusal(error)) this.goOffline(error);
    throw error;
  };
  /** Logs that are read through or closed at once. */
  readonly #slots: Slots;
  #failure: DiskError | null = null;

  private constructor(
    options: LogDirectoryOptions,
    state: {
      readonly claimed: ClaimedDirectory;
      readonly stopped: CleanShutdown | null;
      readonly checkpoints: DirectoryCheckpoints;
    },
  ) {
    const { clock, disk, logger, path } = options;
    this.path = path;
    this.meta = state.claimed.meta;
    this.wasClean = state.stopped !== null;
    this.previousBrokerEpoch = state.stopped?.brokerEpoch ?? -1;
    this.#unused = state.stopped?.unused ?? new Map();
    this.#options = options;
    this.#settings = { ...DEFAULT_LOG_DIRECTORY_SETTINGS, ...options.settings };
    this.#checkpoints = state.checkpoints;
    this.cleanerCheckpoint = new CleanerCheckpoint(disk, path, logger);
    this.#claimed = state.claimed;
    this.#removals = new DelayedRemovals(options);
    this.#folders = new PartitionFolders(options);
    this.#slots = new Slots(this.#settings.recoveryThreads);
    this.#tasks = new PeriodicTasks(clock, this.#settings.initialTaskDelayMs);
    this.#environment = directoryEnvironment(options, {
      tailCacheBytes: this.#settings.tailCacheBytes,
      minFreeBytes: () => this.#settings.minFreeBytes,
      onLost: (error) => this.goOffline(error),
    });
  }

  /** Changes what can change while logs are open; intervals and memory stay as they were at the start. */
  changeSettings(changed: ChangeableSettings): void {
    this.#settings = { ...this.#settings, ...changed };
    this.#slots.resize(changed.recoveryThreads);
  }

  /** Takes the directory for this process. Rejects with a `DirectoryError`. */
  static async open(options: LogDirectoryOptions): Promise<LogDirectory> {
    const claimed = await claimDirectory(options);
    try {
      const checkpoints = await DirectoryCheckpoints.read(options.disk, options.path, options.logger);
      const stopped = await takeCleanShutdown(options.disk, options.path);
      return new LogDirectory(options, { claimed, stopped, checkpoints });
    } catch (error) {
      await claimed.release();
      throw unusable(options.path, error);
    }
  }

  get isOffline(): boolean {
    return this.#failure !== null;
  }

  /** As the free-space guard has last seen it; null before it has. */
  get space(): DirectorySpace | null {
    return this.#environment.space.space;
  }

  /** All logs that are open. */
  get logs(): IterableIterator<PartitionLog> {
    return this.#logs.values();
  }

  log(partition: TopicPartition): PartitionLog | undefined {
    return this.#logs.get(partitionDirectoryName(partition));
  }

  /** The partitions that lie in the directory. What was deleted before the last stop is removed on the way. */
  async partitions(): Promise<FoundPartition[]> {
    const { disk } = this.#environment;
    const found: FoundPartition[] = [];
    const entries = await disk.list(this.path);
    const names = new Set(entries.map(({ name }) => name));
    for (const { name, kind } of entries) {
      if (kind !== 'directory') continue;
      if (isDeletedDirectory(name))
        this.#removals.add([`${this.path}/${name}`], this.#settings.fileDeleteDelayMs);
      const future = parseFutureDirectory(name);
      const partition = future ?? parsePartitionDirectory(name);
      if (partition === null) continue;
      const topicId = this.#unused.get(name)?.topicId ?? (await readTopicId(disk, `${this.path}/${name}`));
      if (future === null && topicId !== null) this.#foundIds.set(name, topicId);
      if (future === null) found.push({ ...partition, topicId, isFuture: false });
      else if (names.has(partitionDirectoryName(future))) {
        // Beside the replica itself it is of no use.
        this.#removals.add([`${this.path}/${name}`], this.#settings.fileDeleteDelayMs);
      } else {
        this.#folders.beginFuture(future, name);
        found.push({ ...partition, topicId, isFuture: true });
      }
    }
    for (const name of this.#unused.keys()) if (!names.has(name)) this.#unused.delete(name);
    this.#checkpoints.keepOnly(found);
    return found;
  }

  /** The log of a partition that the last stop has left without a record; null where something has to be read for it. */
  openUnusedLog(topicPartition: TopicPartition, options: OpenLogOptions): PartitionLog | null {
    const { topicId, config, waitsForSpace = false, durableTo = 0 } = options;
    const name = partitionDirectoryName(topicPartition);
    const { recoveryPoint, logStartOffset } = this.#checkpoints.of(topicPartition);
    const isUnused = Math.max(recoveryPoint, logStartOffset, durableTo) === 0;
    if (this.#failure !== null || this.#unused.get(name)?.topicId !== topicId || !isUnused) return null;
    this.#unused.delete(name);
    this.#foundIds.delete(name);
    return this.#keep(
      PartitionLog.unused({ ...this.#placeOf(topicPartition), topicId, config, waitsForSpace }),
    );
  }

  /**
   * Opens the log of a partition, or begins one. Rejects with a `DiskError`, the directory being offline then unless
   * something has run out or it concerns this log alone; or with a `DamagedFileError` when its files cannot be a log of
   * this topic id.
   */
  openLog(topicPartition: TopicPartition, options: OpenLogOptions): Promise<PartitionLog> {
    return this.#openLog(topicPartition, options).catch(this.#refused);
  }

  async #openLog(topicPartition: TopicPartition, options: OpenLogOptions): Promise<PartitionLog> {
    if (this.#failure !== null) throw this.#failure;
    const unused = this.openUnusedLog(topicPartition, options);
    if (unused !== null) return unused;
    const { config, topicId, waitsForSpace = false, durableTo = 0 } = options;
    const name = partitionDirectoryName(topicPartition);
    const directory = this.#folders.pathOf(topicPartition);
    const knownId = this.#foundIds.get(name) ?? (await this.#folders.begin(topicPartition));
    this.#foundIds.delete(name);
    this.#unused.delete(name);
    if (knownId === null) {
      await this.#checkpoints.begin(topicPartition);
      await writeTopicId(this.#environment.disk, directory, topicId);
    } else if (knownId !== topicId) {
      throw new DamagedFileError(directory, `it is of topic id ${knownId}, not ${topicId}`);
    }
    const checkpointed = this.#checkpoints.of(topicPartition);
    const cleanedTo = knownId === null ? 0 : await this.cleanerCheckpoint.cleanedTo(topicPartition);
    const recoveryPoint = Math.max(checkpointed.recoveryPoint, durableTo);
    // One that was open already, and is to be opened again, has not come to an end in order.
    const isClean = this.wasClean && !this.#logs.has(name);
    const known = { isClean, cleanedTo, ...checkpointed, recoveryPoint };
    const open = () => this.#open(topicPartition, { topicId, config, waitsForSpace, ...known });
    return isClean ? open() : this.#slots.run(open);
  }

  async #open(topicPartition: TopicPartition, state: LogState): Promise<PartitionLog> {
    const log = await PartitionLog.open({ ...this.#placeOf(topicPartition), ...state });
    if (this.#failure === null) return this.#keep(log);
    log.goOffline(this.#failure);
    throw this.#failure;
  }

  #placeOf(topicPartition: TopicPartition): LogPlace {
    const directory = this.#folders.pathOf(topicPartition);
    return { environment: this.#environment, owner: this.#owner, directory, topicPartition };
  }

  #keep(log: PartitionLog): PartitionLog {
    this.#logs.set(partitionDirectoryName(log.topicPartition), log);
    return log;
  }

  /**
   * Begins a log that is to be filled from another log directory and then to take that one's place, or goes on with one
   * that was found. It is a log like any other, in a folder that says so. See {@link openLog}.
   */
  openFutureLog(topicPartition: TopicPartition, options: OpenLogOptions): Promise<PartitionLog> {
    if (!this.#folders.isFuture(topicPartition)) this.#folders.beginFuture(topicPartition);
    return this.openLog(topicPartition, options);
  }

  /** A log that was being filled, and that is not open, is the partition's own from here on. */
  adoptFutureLog(topicPartition: TopicPartition): Promise<void> {
    return this.#folders.promote(topicPartition).catch(this.#refused);
  }

  /**
   * Ends a log that was filled, and opens it in the place where the partition is looked for, durably. Rejects with a
   * `DiskError`; the directory is offline then, or the log still in its former place.
   */
  promoteFutureLog(topicPartition: TopicPartition, config: LogConfig): Promise<PartitionLog> {
    return this.#promoteFutureLog(topicPartition, config).catch(this.#refused);
  }

  async #promoteFutureLog(topicPartition: TopicPartition, config: LogConfig): Promise<PartitionLog> {
    const future = this.log(topicPartition);
    invariant(future !== undefined, 'there is a log to be promoted');
    const { topicId, logEndOffset: recoveryPoint, logStartOffset, highWatermark } = future;
    const isSealed = await future.close();
    // What ends a log that has not failed is a lack of something.
    if (!isSealed) throw this.#failure ?? future.failure ?? new DiskError('ENOSPC', future.directory);
    await this.#folders.promote(topicPartition);
    const state = { isClean: true, waitsForSpace: false, recoveryPoint, logStartOffset, highWatermark };
    const log = await this.#open(topicPartition, { topicId, config, ...state });
    // Gaps that the former place had from a cleaning lie below.
    await this.#writeCheckpoint('recoveryPoint');
    return log;
  }

  /**
   * Takes a partition away; its files follow after `log.segment.delete.delay.ms`. In a directory that is offline they
   * stay, and are strays when it is back.
   */
  async deleteLog(topicPartition: TopicPartition): Promise<void> {
    try {
      const departed = await this.#depart(topicPartition, DELETE_SUFFIX);
      this.#removals.add([departed], this.#settings.fileDeleteDelayMs);
    } catch (error) {
      // One that could not be opened may have nothing here.
      if (error instanceof DiskError && error.code === 'ENOENT') return;
      if (isRefusal(error)) this.goOffline(error);
      if (!this.isOffline) throw error;
    }
  }

  /** Sets a partition aside that the cluster does not know, or knows by another topic id. */
  async setAside(topicPartition: TopicPartition): Promise<void> {
    await this.#depart(topicPartition, STRAY_SUFFIX).catch(this.#refused);
  }

  async #depart(
    topicPartition: TopicPartition,
    suffix: typeof DELETE_SUFFIX | typeof STRAY_SUFFIX,
  ): Promise<string> {
    const name = partitionDirectoryName(topicPartition);
    await this.#logs.get(name)?.abandon();
    this.#logs.delete(name);
    this.#foundIds.delete(name);
    this.#unused.delete(name);
    this.#checkpoints.forget(topicPartition);
    return this.#folders.depart(topicPartition, suffix);
  }

  /** Begins the periodic tasks: the look at the free space, retention, checkpoints, expiry of producers. */
  start(): void {
    this.#reportScans();
    void this.#environment.space.start();
    beginDirectoryTasks(this.#tasks, {
      clock: this.#environment.clock,
      settings: () => this.#settings,
      logs: () => this.logs,
      checkpoint: (kind) => this.#checkpoint(kind),
    });
  }

  /** Says after a crash how much was read through: what the recovery points left. */
  #reportScans(): void {
    const { logger, scans } = this.#environment;
    if (this.wasClean || scans.bytes === 0) return;
    const opened = { directory: this.path, logs: this.#logs.size, scannedBytes: scans.bytes };
    logger.info(opened, 'Opened the logs after a stop that was not a clean one');
  }

  async #checkpoint(kind: CheckpointKind): Promise<void> {
    if (this.#failure !== null) return;
    try {
      await this.#writeCheckpoint(kind);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      // Written again at its next turn; until then recovery reads more than it had to.
      if (!isPassing(error)) this.goOffline(error);
      else if (lacksSpace(error)) this.#environment.space.noteFull(error);
    }
  }

  #writeCheckpoint(kind: CheckpointKind): Promise<void> {
    const offsetOf = (log: PartitionLog) => checkpointedOffset(log, kind);
    const lines = [...this.#logs.values()].map((log) => ({ ...log.topicPartition, offset: offsetOf(log) }));
    return this.#checkpoints.write(kind, lines);
  }

  /** Gives the directory up: its disk has refused. */
  goOffline(error: DiskError): void {
    if (this.#failure !== null) return;
    this.#failure = error;
    this.#tasks.stop();
    this.#removals.cancel();
    this.#environment.space.stop();
    for (const log of this.#logs.values()) log.goOffline(error);
    this.#options.onOffline(error);
  }

  /**
   * Stops in order: every log is synced to its end, the checkpoints say so, and last the mark is set that lets the
   * next start trust them. Without the mark, when the disk has refused. The process has the directory no longer.
   */
  async close(brokerEpoch: number): Promise<void> {
    this.#tasks.stop();
    this.#removals.cancel();
    this.#environment.space.stop();
    this.#environment.readAhead.close();
    const sealed = await Promise.all(
      [...this.#logs.values()].map((log) => this.#slots.run(() => log.close())),
    );
    for (const kind of ['recoveryPoint', 'logStart', 'highWatermark'] as const) await this.#checkpoint(kind);
    const isOver = sealed.every(Boolean) && this.#failure === null;
    // After a crash, a start that came to nothing has not read through what lies here.
    if (isOver && (this.wasClean || (await this.#isAllOpen()))) {
      const unused = [...this.#unused.values(), ...unusedAmong(this.#logs.values())];
      await markCleanShutdown(this.#environment, this.path, { brokerEpoch, unused });
    }
    this.#logs.clear();
    await this.#claimed.release();
  }

  async #isAllOpen(): Promise<boolean> {
    const entries = await this.#environment.disk.list(this.path);
    return entries.every(({ name, kind }) => {
      const isLog = kind === 'directory' && parsePartitionDirectory(name) !== null;
      return !isLog || this.#logs.has(name);
    });
  }
}
