import type { LogConfig } from '../log/log-config.ts';
import type { LogDirectory } from '../log/log-directory.ts';
import { futureDirectoryName } from '../log/partition-directory.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { ReplicationQuota } from '../quotas/replication-quota.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Partition } from './partition.ts';
import { type AssignDirectory, ReplicaMove } from './replica-move.ts';

/** A replica that lies in a log directory of this broker and may be moved. */
export interface MovableReplica {
  readonly partition: Partition;
  readonly directory: LogDirectory;
  readonly config: () => LogConfig;
  readonly movedTo: (directory: LogDirectory) => void;
}

export interface ReplicaMovesOptions {
  readonly directories: readonly LogDirectory[];
  /** All of `log.dirs`, also those that could not be opened. */
  readonly paths: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly quota: ReplicationQuota;
  readonly assign: AssignDirectory;
}

const NAME_HEX = '0'.repeat(32);

/** The replicas of this broker that are on their way from one of its log directories to another. */
export class ReplicaMoves {
  readonly #options: ReplicaMovesOptions;
  /** By topic and partition. */
  readonly #moves = new Map<string, ReplicaMove>();

  constructor(options: ReplicaMovesOptions) {
    this.#options = options;
  }

  /** `NONE`, or why the path is no place for a partition. */
  refusalOf(path: string, topic: string, partition: number): number {
    if (futureDirectoryName({ topic, partition }, NAME_HEX) === null)
      return ErrorCode.INVALID_TOPIC_EXCEPTION;
    if (!this.#options.paths.includes(path)) return ErrorCode.LOG_DIR_NOT_FOUND;
    const directory = this.#at(path);
    return directory === undefined || directory.isOffline ? ErrorCode.KAFKA_STORAGE_ERROR : ErrorCode.NONE;
  }

  /** Begins to move a replica to `path`, unless it is there, or on its way. A move to elsewhere ends. */
  async move(replica: MovableReplica, path: string): Promise<number> {
    const { partition } = replica;
    const underWay = this.#moves.get(nameOf(partition));
    if (underWay !== undefined && underWay.target.path === path) return ErrorCode.NONE;
    if (underWay !== undefined) await this.cancel(partition);
    const target = this.#at(path);
    if (replica.directory.path === path) return ErrorCode.NONE;
    // With a directory missing there may be a copy that nobody sees.
    const { directories, paths } = this.#options;
    const isWhole = directories.length === paths.length && directories.every(({ isOffline }) => !isOffline);
    if (target === undefined || !isWhole) return ErrorCode.KAFKA_STORAGE_ERROR;
    this.resume(replica, target);
    return ErrorCode.NONE;
  }

  /** Goes on with a copy that was found, or begins one. */
  resume({ partition, directory, config, movedTo }: MovableReplica, target: LogDirectory): void {
    const { clock, logger, quota, assign } = this.#options;
    const name = nameOf(partition);
    const move = new ReplicaMove({
      ...{ partition, source: directory, target, config, clock, logger, quota, assign },
      moved: () => movedTo(target),
    });
    this.#moves.set(name, move);
    void move.ended.then(() => {
      if (this.#moves.get(name) === move) this.#moves.delete(name);
    });
  }

  /** The copy of a replica that is on its way; null where there is none. */
  copyOf(partition: Partition): PartitionLog | null {
    return this.#moves.get(nameOf(partition))?.copy ?? null;
  }

  updateConfig(partition: Partition, config: LogConfig): void {
    this.#moves.get(nameOf(partition))?.updateConfig(config);
  }

  /** Ends a move and takes the copy away. */
  async cancel(partition: { readonly topic: string; readonly partition: number }): Promise<void> {
    const move = this.#moves.get(nameOf(partition));
    this.#moves.delete(nameOf(partition));
    await move?.cancel();
  }

  /** Ends all moves; the next start goes on with them. */
  async close(): Promise<void> {
    await Promise.all([...this.#moves.values()].map((move) => move.stop()));
  }

  #at(path: string): LogDirectory | undefined {
    return this.#options.directories.find((directory) => directory.path === path);
  }
}

function nameOf({ topic, partition }: { readonly topic: string; readonly partition: number }): string {
  return `${topic}-${partition}`;
}
