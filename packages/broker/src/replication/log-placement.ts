import type { FoundPartition, LogDirectory } from '../log/log-directory.ts';
import { partitionDirectoryName } from '../log/partition-directory.ts';
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

  /**
   * Where a partition's folder lies already, else the directory with the fewest partitions. A folder of its name that
   * belongs to another topic is set aside. Rejects with a {@link LogOutOfReachError} rather than begin a log anew.
   */
  async claim(partition: PlacedPartition): Promise<LogDirectory> {
    const name = `${partition.topic}-${partition.index}`;
    const folders = this.#unclaimed.get(name) ?? [];
    this.#unclaimed.delete(name);
    const own = folders.find(({ found }) => found.topicId === partition.topicId);
    // A crash may have left a folder before it was written whose it is.
    const nobodys = folders.find(({ found }) => found.topicId === null);
    const chosen = own ?? nobodys;
    for (const folder of folders) if (folder !== chosen) await this.#setAside(folder);
    const directory = chosen?.directory ?? this.#emptiest();
    const lacksDirectories = this.#lacksDirectories || this.#directories.some(({ isOffline }) => isOffline);
    const isOutOfReach = chosen === undefined && partition.isOld && lacksDirectories;
    if (directory === undefined || isOutOfReach) throw new LogOutOfReachError(name);
    this.#counts.set(directory, this.#countOf(directory) + 1);
    return directory;
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
