import type { LogDirectory } from '../log/log-directory.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import { LOST_DIRECTORY } from '../metadata/partition-image.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import { DiskError } from '../runtime/disk.ts';
import type { Logger } from '../runtime/logger.ts';
import { isPassing } from '../runtime/passing-error.ts';
import type { Hosted } from './hosted-replica.ts';
import type { LogPlacement, PlacedPartition } from './log-placement.ts';
import { Partition } from './partition.ts';
import type { PartitionSurroundings } from './partition-options.ts';
import type { AssignDirectory } from './replica-move.ts';
import type { WorkQueues } from './work-queues.ts';

export interface ReplicaOpeningsOptions {
  readonly nodeId: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly placement: LogPlacement;
  /** By the name of the folder. */
  readonly work: WorkQueues;
  readonly assign: AssignDirectory;
  readonly surroundings: PartitionSurroundings;
  readonly opened: (hosted: Hosted, partition: Partition) => void;
  /** After that, for one that was not opened at once. */
  readonly openedLate: () => void;
  /** Some partition has come to be within reach, or out of it. */
  readonly onReachChanged: () => void;
}

/** When a log is opened again that could not be opened because something had run out; then half as often each time. */
const REOPEN_MS = { first: 1000, most: 30_000 };

/** Opens the logs of partitions that come to this broker, and again those that could not be opened for a while. */
export class ReplicaOpenings {
  readonly #options: ReplicaOpeningsOptions;
  /** Partitions that are waiting to be opened again. */
  readonly #reopening = new Set<Timer>();

  constructor(options: ReplicaOpeningsOptions) {
    this.#options = options;
  }

  close(): void {
    for (const timer of this.#reopening) timer.cancel();
    this.#reopening.clear();
  }

  /**
   * Begins to open the log of a partition; of those that have a name each waits for the one before. One that never had a
   * record is open when this returns: a start with thousands of them waits for none.
   */
  open(hosted: Hosted): void {
    const name = `${hosted.topic}-${hosted.index}`;
    if (!this.#options.work.has(name) && this.#openUnused(hosted)) return;
    this.#options.work.add(name, async () => {
      if (!hosted.isDropped) await this.#open(name, hosted, REOPEN_MS.first);
    });
  }

  /** The seam of a partition: one that cannot be opened is out of reach, and the others are not concerned. */
  async #open(name: string, hosted: Hosted, retryMs: number): Promise<void> {
    try {
      await this.#openLog(hosted);
      hosted.isShut = false;
    } catch (error) {
      hosted.isShut = true;
      const { logger } = this.#options;
      if (error instanceof DiskError && isPassing(error)) {
        logger.warn({ code: error.code, path: error.path, retryMs }, `${name} cannot be opened yet`);
        this.#openAgain(name, hosted, retryMs);
      } else {
        logger.error({ err: error, partition: name }, 'a partition cannot be opened');
        // Another in-sync replica is to lead, which the controller does not see from a heartbeat.
        void this.#options.assign({ topicId: hosted.topicId, partition: hosted.index }, LOST_DIRECTORY);
      }
    }
    if (hosted.isShut || retryMs > REOPEN_MS.first) this.#options.onReachChanged();
  }

  #openAgain(name: string, hosted: Hosted, retryMs: number): void {
    const timer = this.#options.clock.after(retryMs, () => {
      this.#reopening.delete(timer);
      this.#options.work.add(name, async () => {
        if (!hosted.isDropped) await this.#open(name, hosted, Math.min(2 * retryMs, REOPEN_MS.most));
      });
    });
    this.#reopening.add(timer);
  }

  #openUnused(hosted: Hosted): boolean {
    const { topic, topicId, index, settings } = hosted;
    hosted.directory ??= this.#options.placement.claimOnly(this.#placeOf(hosted));
    const place = { topic, partition: index };
    const log = hosted.directory?.openUnusedLog(place, { config: settings.log, topicId }) ?? null;
    if (log === null || hosted.directory === null) return false;
    this.#host(hosted, hosted.directory, log);
    return true;
  }

  async #openLog(hosted: Hosted): Promise<void> {
    const { topic, topicId, index } = hosted;
    const directory = hosted.directory ?? (await this.#claim(hosted));
    const place = { topic, partition: index };
    const log =
      directory.log(place) ?? (await directory.openLog(place, { config: hosted.settings.log, topicId }));
    this.#host(hosted, directory, log);
    this.#options.openedLate();
  }

  #host(hosted: Hosted, directory: LogDirectory, log: PartitionLog): void {
    const { topic, topicId, index } = hosted;
    // A deletion that came meanwhile is next in the queue and finds the log open.
    hosted.partition = new Partition({
      topic,
      topicId,
      partition: index,
      nodeId: this.#options.nodeId,
      log,
      image: hosted.image,
      minInSyncReplicas: hosted.settings.minInSyncReplicas,
      surroundings: this.#options.surroundings,
    });
    if (hosted.isDropped) {
      hosted.partition.retire();
      return;
    }
    const { directoryId } = directory.meta;
    if (this.#assignedId(hosted) !== directoryId) {
      void this.#options.assign({ topicId, partition: index }, directoryId);
    }
    this.#options.opened(hosted, hosted.partition);
  }

  async #claim(hosted: Hosted): Promise<LogDirectory> {
    const { directory, movingTo } = await this.#options.placement.claim(this.#placeOf(hosted));
    hosted.directory = directory;
    hosted.movingTo = movingTo;
    return directory;
  }

  #placeOf(hosted: Hosted): PlacedPartition {
    const { topic, topicId, index, isOld, settings } = hosted;
    return { topic, topicId, index, isOld, config: settings.log, assignedId: this.#assignedId(hosted) };
  }

  /** The log directory in which the cluster has this broker's replica. */
  #assignedId({ image }: Hosted): string | undefined {
    return image.directories[image.replicas.indexOf(this.#options.nodeId)];
  }
}
