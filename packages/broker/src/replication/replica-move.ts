import type { LogConfig } from '../log/log-config.ts';
import type { LogDirectory } from '../log/log-directory.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import type { ReplicationQuota } from '../quotas/replication-quota.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import { copyStep } from './future-copy.ts';
import type { Partition } from './partition.ts';

/** Tells the controller in which log directory a replica lies; whether it has accepted that. */
export type AssignDirectory = (
  partition: { readonly topicId: string; readonly partition: number },
  directoryId: string,
) => Promise<boolean>;

export interface ReplicaMoveOptions {
  readonly partition: Partition;
  readonly source: LogDirectory;
  readonly target: LogDirectory;
  readonly config: () => LogConfig;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Of all moves together. */
  readonly quota: ReplicationQuota;
  readonly assign: AssignDirectory;
  /** The replica lies in the target now. */
  readonly moved: () => void;
}

/** How long a move waits after it was refused, or while there is too much moved. */
const WAIT_MS = 100;

/**
 * Moves one replica to another log directory of this broker while it goes on being used (KIP-113): it is copied into a
 * folder of its own; when the copy is complete and the controller knows, the copy takes the replica's place.
 */
export class ReplicaMove {
  readonly target: LogDirectory;
  readonly #options: ReplicaMoveOptions;
  #copy: PartitionLog | null = null;
  #assignment: 'none' | 'asked' | 'accepted' = 'none';
  #isCancelled = false;
  #hasMoved = false;
  #wake: () => void = () => {};
  readonly #ended: Promise<void>;

  constructor(options: ReplicaMoveOptions) {
    this.#options = options;
    this.target = options.target;
    this.#ended = this.#run();
  }

  /** The copy as it is filled; null before it is open, and when the move is over. */
  get copy(): PartitionLog | null {
    return this.#copy;
  }

  /** Resolves when the move is over, whatever came of it. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  updateConfig(config: LogConfig): void {
    this.#copy?.updateConfig(config);
  }

  /** Ends the move; the copy stays where it is, and the next start goes on with it. */
  async stop(): Promise<void> {
    this.#isCancelled = true;
    this.#wake();
    await this.#ended;
  }

  /** Ends the move and takes the copy away, unless it has taken the replica's place already. */
  async cancel(): Promise<void> {
    await this.stop();
    const { partition, source, target, assign } = this.#options;
    if (this.#hasMoved) return;
    await target.deleteLog(partition);
    if (this.#assignment !== 'none') await assign(partition, source.meta.directoryId);
  }

  /** The seam of a move: what goes wrong with it is reported, and concerns the replica no further. */
  async #run(): Promise<void> {
    const { partition, target, logger } = this.#options;
    const { topic, partition: index } = partition;
    const place = { topic, partition: index, directory: target.path };
    try {
      await this.#move();
      if (this.#hasMoved) logger.info(place, 'A replica has moved to another log directory');
    } catch (error) {
      logger.error({ ...place, err: error }, 'A replica could not be moved to another log directory');
    } finally {
      this.#copy = null;
    }
  }

  async #move(): Promise<void> {
    const { partition, target, config, quota } = this.#options;
    const copy = await target.openFutureLog(partition, { config: config(), topicId: partition.topicId });
    this.#copy = copy;
    while (!this.#isCancelled && !copy.isOffline && !partition.log.isOffline) {
      if (quota.isExceeded) {
        await this.#wait(WAIT_MS);
        continue;
      }
      const step = await copyStep(partition, copy);
      if (step.kind === 'copied') quota.record(step.bytes);
      else if (step.kind === 'refused') await this.#wait(WAIT_MS);
      else if (this.#assignment === 'accepted') {
        if (await this.#takePlace(copy)) return;
      } else {
        this.#askForAssignment();
        await this.#untilMoved(copy);
      }
    }
  }

  /** The controller is told where the replica is going to lie, and no sooner does it lie there. */
  #askForAssignment(): void {
    if (this.#assignment !== 'none') return;
    this.#assignment = 'asked';
    const { partition, target, assign } = this.#options;
    void assign(partition, target.meta.directoryId).then((isAccepted) => {
      this.#assignment = isAccepted ? 'accepted' : 'none';
      this.#wake();
    });
  }

  /** Whether the copy is the replica now. Nothing is appended meanwhile. */
  async #takePlace(copy: PartitionLog): Promise<boolean> {
    const { partition, source, target, config, moved } = this.#options;
    await partition.exchangeLog(async () => {
      const { log } = partition;
      await log.settled();
      await log.flush();
      for (;;) {
        const step = await copyStep(partition, copy);
        if (step.kind === 'refused' || this.#isCancelled) return null;
        if (step.kind === 'complete') break;
      }
      const promoted = await target.promoteFutureLog(partition, config());
      this.#hasMoved = true;
      moved();
      return promoted;
    });
    if (this.#hasMoved) await source.deleteLog(partition);
    return this.#hasMoved;
  }

  /** Resolves when the replica has more than its copy, or the move goes on for another reason. */
  async #untilMoved(copy: PartitionLog): Promise<void> {
    const { partition } = this.#options;
    const watched = partition.watched('log-end');
    const watch = { readableGrew: () => this.#wake(), disturbed: () => this.#wake() };
    watched.watch(watch);
    if (copy.logEndOffset === partition.log.logEndOffset && this.#assignment === 'asked')
      await this.#wait(null);
    watched.unwatch(watch);
    // A controller that refuses is asked again, and not at once.
    if (this.#assignment === 'none') await this.#wait(WAIT_MS);
  }

  #wait(forMs: number | null): Promise<void> {
    if (this.#isCancelled) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = forMs === null ? null : this.#options.clock.after(forMs, () => this.#wake());
      this.#wake = () => {
        this.#wake = () => {};
        timer?.cancel();
        resolve();
      };
    });
  }
}
