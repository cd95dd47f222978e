import {
  type PartitionOffset,
  readOffsetCheckpoint,
  writeOffsetCheckpoint,
} from '../log/checkpoint-files.ts';
import {
  readMetaProperties,
  readTopicId,
  takeCleanShutdown,
  writeCleanShutdown,
  writeMetaProperties,
  writeTopicId,
} from '../log/directory-files.ts';
import { FilePool } from '../log/file-pool.ts';
import { IndexCache } from '../log/index-cache.ts';
import type { LogEnvironment, TopicPartition } from '../log/log-environment.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import type { TailCache } from '../log/tail-cache.ts';
import { type Disk, DiskError } from '../runtime/disk.ts';
import type { Runtime } from '../runtime/runtime.ts';

const LOCK_FILE = '.lock';
const RECOVERY_POINTS = 'recovery-point-offset-checkpoint';
const LOG_START_OFFSETS = 'log-start-offset-checkpoint';
const HIGH_WATERMARKS = 'replication-offset-checkpoint';

const OPEN_FILES = 512;
const INDEX_CACHE_BYTES = 16 * 1024 * 1024;

const DELETED_SUFFIX = '-delete';
const STRAY_SUFFIX = '-stray';
/** As long as a file name may be; Kafka shortens the topic's name so that the suffix fits. */
const NAME_LENGTH_MAX = 255;

/** Why a log directory cannot be used, in a sentence for whoever starts the broker. */
export class LogDirectoryError extends Error {
  readonly directory: string;

  constructor(directory: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LogDirectoryError';
    this.directory = directory;
  }
}

/** The directory of a partition that lies here. */
export interface FoundPartition extends TopicPartition {
  readonly path: string;
  /** Null when the directory does not say. */
  readonly topicId: string | null;
}

/** To which cluster and node a log directory belongs. */
export interface DirectoryIdentity {
  readonly clusterId: string;
  readonly nodeId: number;
  readonly directoryId: string;
}

/** What a log must know to be opened. */
export interface LogHistory {
  readonly isClean: boolean;
  readonly recoveryPoint: number;
  readonly logStartOffset: number;
  readonly highWatermark: number;
}

/**
 * One entry of `log.dirs`, locked for this process. In Kafka's layout: `meta.properties`, checkpoints of offsets, a
 * folder per partition, and a mark that is left only by a clean stop.
 */
export class LogDirectory {
  readonly path: string;
  readonly environment: LogEnvironment;
  readonly #disk: Disk;
  readonly #release: () => Promise<void>;
  #identity: DirectoryIdentity | null;
  #wasCleanlyStopped = false;
  #recoveryPoints: ReadonlyMap<string, number> = new Map();
  #logStartOffsets: ReadonlyMap<string, number> = new Map();
  #highWatermarks: ReadonlyMap<string, number> = new Map();

  private constructor(
    path: string,
    opened: { environment: LogEnvironment; release: () => Promise<void>; identity: DirectoryIdentity | null },
  ) {
    this.path = path;
    this.environment = opened.environment;
    this.#disk = opened.environment.disk;
    this.#release = opened.release;
    this.#identity = opened.identity;
  }

  /** Makes the directory where it is missing and locks it. Rejects with a {@link LogDirectoryError}. */
  static async open(path: string, runtime: Runtime, tails: TailCache): Promise<LogDirectory> {
    const { clock, random, disk, logger } = runtime;
    try {
      await disk.makeDirectory(path);
      const lock = await disk.lock(`${path}/${LOCK_FILE}`);
      if (lock.kind === 'held') {
        throw new LogDirectoryError(
          path,
          `The log directory ${path} is in use by ${lock.holder}. Stop that broker first, or give this one a directory of its own (log.dirs).`,
        );
      }
      const files = new FilePool(disk, OPEN_FILES);
      const indexes = new IndexCache(INDEX_CACHE_BYTES);
      const environment = { clock, random, disk, logger, files, indexes, tails };
      const identity = await readMetaProperties(disk, path);
      return new LogDirectory(path, { environment, release: () => lock.release(), identity });
    } catch (error) {
      throw describedError(path, error);
    }
  }

  /** Null until {@link format} for a directory that is new. */
  get identity(): DirectoryIdentity | null {
    return this.#identity;
  }

  async format(identity: DirectoryIdentity): Promise<void> {
    try {
      await writeMetaProperties(this.#disk, this.path, identity);
    } catch (error) {
      throw describedError(this.path, error);
    }
    this.#identity = identity;
  }

  /** Reads what the last run left; from here on the directory counts as not cleanly stopped. */
  async load(): Promise<void> {
    try {
      this.#wasCleanlyStopped = await takeCleanShutdown(this.#disk, this.path);
      this.#recoveryPoints = await this.#readCheckpoint(RECOVERY_POINTS);
      this.#logStartOffsets = await this.#readCheckpoint(LOG_START_OFFSETS);
      this.#highWatermarks = await this.#readCheckpoint(HIGH_WATERMARKS);
    } catch (error) {
      throw describedError(this.path, error);
    }
  }

  get wasCleanlyStopped(): boolean {
    return this.#wasCleanlyStopped;
  }

  historyOf(topicPartition: TopicPartition): LogHistory {
    const name = nameOf(topicPartition);
    return {
      isClean: this.#wasCleanlyStopped,
      recoveryPoint: this.#recoveryPoints.get(name) ?? 0,
      logStartOffset: this.#logStartOffsets.get(name) ?? 0,
      highWatermark: this.#highWatermarks.get(name) ?? 0,
    };
  }

  pathOf(topicPartition: TopicPartition): string {
    return `${this.path}/${nameOf(topicPartition)}`;
  }

  /** The partitions in this directory. Removes what a deletion before the last stop left behind. */
  async partitions(): Promise<FoundPartition[]> {
    const found: FoundPartition[] = [];
    for (const { name, kind } of await this.#disk.list(this.path)) {
      if (kind !== 'directory') continue;
      const path = `${this.path}/${name}`;
      if (name.endsWith(DELETED_SUFFIX)) {
        await this.#disk.removeDirectory(path);
        continue;
      }
      const match = /^(.+)-(\d+)$/.exec(name);
      if (match?.[1] === undefined || match[1] === '__cluster_metadata') continue;
      const topicId = await readTopicId(this.#disk, path);
      found.push({ topic: match[1], partition: Number(match[2]), path, topicId });
    }
    return found;
  }

  /** Makes the folder of a new partition, marked with the id of its topic. */
  async makeFolder(topicPartition: TopicPartition, topicId: string): Promise<void> {
    const path = this.pathOf(topicPartition);
    await this.#disk.makeDirectory(path);
    await writeTopicId(this.#disk, path, topicId);
    await this.#disk.syncDirectory(this.path);
  }

  /** Puts a partition's folder out of the way under a name that tells why; returns the new path. */
  async setAside(topicPartition: TopicPartition, reason: 'delete' | 'stray'): Promise<string> {
    const suffix = `.${this.environment.random.uuid().replaceAll(/[-_]/g, '0')}${
      reason === 'delete' ? DELETED_SUFFIX : STRAY_SUFFIX
    }`;
    const { topic, partition } = topicPartition;
    const room = NAME_LENGTH_MAX - suffix.length - String(partition).length - 1;
    const path = `${this.path}/${topic.slice(0, room)}-${partition}${suffix}`;
    await this.#disk.rename(this.pathOf(topicPartition), path);
    await this.#disk.syncDirectory(this.path);
    return path;
  }

  async writeCheckpoints(logs: readonly CheckpointedLog[]): Promise<void> {
    const entries = (offsetOf: (log: CheckpointedLog) => number): PartitionOffset[] =>
      logs.map((log) => ({ topic: log.topic, partition: log.partition, offset: offsetOf(log) }));
    await writeOffsetCheckpoint(
      this.#disk,
      `${this.path}/${RECOVERY_POINTS}`,
      entries(({ log }) => log.recoveryPoint),
    );
    await writeOffsetCheckpoint(
      this.#disk,
      `${this.path}/${LOG_START_OFFSETS}`,
      entries(({ log }) => log.logStartOffset),
    );
    await writeOffsetCheckpoint(
      this.#disk,
      `${this.path}/${HIGH_WATERMARKS}`,
      entries(({ highWatermark }) => highWatermark),
    );
  }

  /** Leaves the mark of a clean stop: every log here was flushed and closed. */
  async markCleanStop(brokerEpoch: number): Promise<void> {
    await writeCleanShutdown(this.#disk, this.path, brokerEpoch);
  }

  async close(): Promise<void> {
    await this.#release();
  }

  async #readCheckpoint(name: string): Promise<ReadonlyMap<string, number>> {
    const offsets = await readOffsetCheckpoint(this.#disk, `${this.path}/${name}`);
    return new Map(offsets.map((entry) => [nameOf(entry), entry.offset]));
  }
}

/** What the checkpoints of a directory hold of one partition. */
export interface CheckpointedLog extends TopicPartition {
  readonly log: PartitionLog;
  readonly highWatermark: number;
}

export function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}

function describedError(path: string, error: unknown): unknown {
  if (!(error instanceof DiskError)) return error;
  const remedy =
    error.code === 'EACCES' || error.code === 'EROFS' || error.code === 'EPERM'
      ? 'Give the user that runs the broker write permission, or choose another directory (log.dirs).'
      : error.code === 'ENOSPC'
        ? 'The disk is full: free some space, or choose another directory (log.dirs).'
        : 'Choose another directory (log.dirs).';
  return new LogDirectoryError(
    path,
    `The log directory ${path} cannot be used: ${error.message}. ${remedy}`,
    {
      cause: error,
    },
  );
}
