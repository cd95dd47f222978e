import type { LogConfig } from '../log/log-config.ts';
import type { LogDirectory } from '../log/log-directory.ts';
import { type FoundPartition, partitionDirectoryName } from '../log/partition-directory.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import { CLUSTER_METADATA_TOPIC } from '../metadata/topic-name.ts';
import { DiskError } from '../runtime/disk.ts';
import type { Logger } from '../runtime/logger.ts';

interface Folder {
  readonly found: FoundPartition;
  readonly directory: LogDirectory;
}

/** A partition that asks where its log lies, or is to lie. */
export interface PlacedPartition {
  readonly topic: string;
  readonly index: number;
  readonly topicId: string;
  /** Whether the cluster had it before this broker started: then it may have a log already. */
  readonly isOld: boolean;
  /** The id of the log directory in which the cluster has it. */
  readonly assignedId: string | undefined;
  /** For one that has to be looked into. */
  readonly config: LogConfig;
}

/** Where a partition lies, and to where it was on its way when the broker stopped. */
export interface ClaimedPlace {
  readonly directory: LogDirectory;
  readonly movingTo: LogDirectory | null;
}

/** Whether a partition has a log is not known: a directory in which it may lie is offline. */
export class LogOutOfReachError extends Error {
  constructor(name: string) {
    super(`the log of ${name} is in none of the log directories that are online, and others are offline`);
    this.name = 'LogOutOfReachError';
  }
}

/** Which log lies in which of a broker's log directories. */
export class LogPlacement {
  readonly #directories: readonly LogDirectory[];
  /** Whether the broker has more log directories than could be opened. */
  readonly #lacksDirectories: boolean;
  readonly #logger: Logger;
  /** By their name: folders from before this start that no partition has claimed yet. */
  readonly #unclaimed = new Map<string, Folder[]>();
  readonly #counts = new Map<LogDirectory, number>();
  /** By their name: where partitions are to begin that are not here yet. */
  readonly #preferred = new Map<string, string>();

  constructor(options: {
    readonly directories: readonly LogDirectory[];
    readonly lacksDirectories: boolean;
    readonly logger: Logger;
  }) {
    this.#directories = options.directories;
    this.#lacksDirectories = options.lacksDirectories;
    this.#logger = options.logger;
  }

  /** Looks at what lies in the log directories. */
  async scan(): Promise<void> {
    for (const directory of this.#directories) {
      for (const found of await partitionsIn(directory)) {
        if (found.topic === CLUSTER_METADATA_TOPIC) continue;
        const name = partitionDirectoryName(found);
        this.#unclaimed.set(name, [...(this.#unclaimed.get(name) ?? []), { found, directory }]);
      }
    }
  }

  /** A partition that is not here yet is to begin at `path`. */
  prefer(topic: string, index: number, path: string): void {
    this.#preferred.set(`${topic}-${index}`, path);
  }

  /** The directory that has the partition's only folder, if it has; it is claimed then. See {@link claim}. */
  claimOnly({ topic, index, topicId }: PlacedPartition): LogDirectory | null {
    const name = `${topic}-${index}`;
    const [folder, ...others] = this.#unclaimed.get(name) ?? [];
    if (folder === undefined || others.length > 0) return null;
    if (folder.found.topicId !== topicId || folder.found.isFuture) return null;
    this.#unclaimed.delete(name);
    this.#claimed(name, folder.directory);
    return folder.directory;
  }

  /**
   * Where a partition's folder lies already, else where it is wanted, else the directory with the fewest partitions. A
   * folder of its name that belongs to another topic is set aside. Rejects with a {@link LogOutOfReachError} rather than
   * begin a log anew.
   */
  async claim(partition: PlacedPartition): Promise<ClaimedPlace> {
    const name = `${partition.topic}-${partition.index}`;
    const folders = this.#unclaimed.get(name) ?? [];
    this.#unclaimed.delete(name);
    const own = folders.filter(({ found }) => found.topicId === partition.topicId);
    const copies = own.filter(({ found }) => found.isFuture);
    const current = await this.#furthest(
      own.filter(({ found }) => !found.isFuture),
      partition,
    );
    const lacksDirectories = this.#lacksDirectories || this.#directories.some(({ isOffline }) => isOffline);
    // A crash may have left a folder before it was written whose it is.
    const nobodys = folders.find(({ found }) => found.topicId === null && !found.isFuture);
    // Without the replica itself its copy is the best there is, unless that may lie where nobody sees.
    const lastCopy = current === undefined && !lacksDirectories ? copies[0] : undefined;
    await lastCopy?.directory.adoptFutureLog(lastCopy.found);
    const chosen = current ?? lastCopy ?? nobodys;
    const movingTo = current === undefined ? undefined : copies[0];
    const claimed: ReadonlySet<Folder | undefined> = new Set([...own, chosen, movingTo]);
    for (const folder of folders) if (!claimed.has(folder)) await this.#setAside(folder);
    const directory = chosen?.directory ?? this.#wanted(partition) ?? this.#emptiest();
    const isOutOfReach = chosen === undefined && partition.isOld && lacksDirectories;
    if (directory === undefined || isOutOfReach) throw new LogOutOfReachError(name);
    this.#claimed(name, directory);
    return { directory, movingTo: movingTo?.directory ?? null };
  }

  #claimed(name: string, directory: LogDirectory): void {
    this.#preferred.delete(name);
    this.#counts.set(directory, this.#countOf(directory) + 1);
  }

  /**
   * A crash at the end of a move may leave two replicas of one partition. The one that has come further is it, and the
   * other goes; it is open then.
   */
  async #furthest(folders: readonly Folder[], partition: PlacedPartition): Promise<Folder | undefined> {
    if (folders.length < 2) return folders[0];
    const { config, topicId } = partition;
    const opened: { readonly folder: Folder; readonly log: PartitionLog }[] = [];
    for (const folder of folders) {
      opened.push({ folder, log: await folder.directory.openLog(folder.found, { config, topicId }) });
    }
    const [furthest, ...others] = opened.sort(
      ({ log: left }, { log: right }) =>
        right.latestEpoch - left.latestEpoch || right.logEndOffset - left.logEndOffset,
    );
    for (const { folder } of others) await folder.directory.deleteLog(folder.found);
    return furthest?.folder;
  }

  #wanted({ topic, index, assignedId }: PlacedPartition): LogDirectory | undefined {
    const path = this.#preferred.get(`${topic}-${index}`);
    const online = this.#directories.filter(({ isOffline }) => !isOffline);
    return (
      online.find((directory) => directory.path === path) ??
      online.find(({ meta }) => meta.directoryId === assignedId)
    );
  }

  /** A partition has left one directory for another. */
  moved(from: LogDirectory, to: LogDirectory): void {
    this.release(from);
    this.#counts.set(to, this.#countOf(to) + 1);
  }

  /** A partition has left the directory. */
  release(directory: LogDirectory): void {
    this.#counts.set(directory, this.#countOf(directory) - 1);
  }

  /** Sets folders aside that no partition has claimed. */
  async setStraysAside(): Promise<void> {
    for (const folders of this.#unclaimed.values()) {
      for (const folder of folders) await this.#setAside(folder);
    }
    this.#unclaimed.clear();
  }

  #emptiest(): LogDirectory | undefined {
    return this.#directories
      .filter((directory) => !directory.isOffline)
      .sort((left, right) => this.#countOf(left) - this.#countOf(right))[0];
  }

  #countOf(directory: LogDirectory): number {
    return this.#counts.get(directory) ?? 0;
  }

  async #setAside({ found, directory }: Folder): Promise<void> {
    await directory.setAside(found);
    this.#logger.warn(
      { topic: found.topic, partition: found.partition, topicId: found.topicId, directory: directory.path },
      'set a folder aside that belongs to no topic of this cluster',
    );
  }
}

/** None, where the directory cannot be read: it is offline then. */
async function partitionsIn(directory: LogDirectory): Promise<FoundPartition[]> {
  try {
    return await directory.partitions();
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    directory.goOffline(error);
    return [];
  }
}
