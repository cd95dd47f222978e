import type { LogConfig } from '../log/log-config.ts';
import { PartitionLog } from '../log/partition-log.ts';
import { type MetadataDelta, topicsWithChangedConfigs } from '../metadata/metadata-delta.ts';
import type { MetadataImage, PartitionImage, TopicImage } from '../metadata/metadata-image.ts';
import type { MetadataSubscriber } from '../metadata/metadata-publisher.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Clock } from '../runtime/clock.ts';
import type { DiskError } from '../runtime/disk.ts';
import { invariant } from '../runtime/invariant.ts';
import type { Logger } from '../runtime/logger.ts';
import { type FoundPartition, type LogDirectory, nameOf } from './log-directory.ts';
import { Partition } from './partition.ts';

/** The effective configs of a topic, as its partitions need them. */
export interface TopicSettings {
  readonly log: LogConfig;
  readonly minInSyncReplicas: number;
}

/** Whoever acts for the leader of a partition, such as a coordinator. */
export interface LeadershipListener {
  /** This broker leads the partition in a new epoch; its log is open. */
  leading(partition: Partition): void;
  /** This broker does not lead the partition any more, or its topic is gone. */
  resigned(topic: string, partition: number, leaderEpoch: number): void;
}

export interface ReplicasOptions {
  readonly nodeId: number;
  /** Locked and loaded, at least one. */
  readonly directories: readonly LogDirectory[];
  readonly settingsOf: (image: MetadataImage, topic: string) => TopicSettings;
  readonly listener: LeadershipListener;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** One partition that the metadata gives to this broker; `partition` is null until its log is open. */
interface Hosted {
  readonly topic: string;
  readonly topicId: string;
  readonly index: number;
  image: PartitionImage;
  settings: TopicSettings;
  partition: Partition | null;
  isDropped: boolean;
}

/** Logs that are opened at the same time. */
const OPEN_AT_ONCE = 16;

/**
 * The replicas of this broker. It follows the metadata: opens the logs of partitions that it is given, hands
 * leadership on, and removes those that are gone. A topic is its id (KIP-516): a folder with the name of a topic but
 * another id is a stray, set aside and never served.
 */
export class Replicas implements MetadataSubscriber {
  readonly #options: ReplicasOptions;
  readonly #hosted = new Map<string, Hosted>();
  /** The last piece of work on the folder of each name: a new topic waits until its namesake is out of the way. */
  readonly #work = new Map<string, Promise<void>>();
  /** Folders from before this start that no partition has claimed yet. */
  readonly #found = new Map<string, { readonly folder: FoundPartition; readonly directory: LogDirectory }>();
  readonly #slots: (() => void)[] = [];
  #openCount = 0;

  constructor(options: ReplicasOptions) {
    this.#options = options;
  }

  /** Looks at what lies in the log directories. To be called once, before the first metadata. */
  async scan(): Promise<void> {
    for (const directory of this.#options.directories) {
      for (const folder of await directory.partitions())
        this.#found.set(nameOf(folder), { folder, directory });
    }
  }

  /** Sets folders aside that no topic of the metadata owns. To be called once, after the first metadata. */
  async setStraysAside(): Promise<void> {
    await this.settled();
    for (const { folder, directory } of this.#found.values()) await this.#setAsideStray(folder, directory);
    this.#found.clear();
  }

  /** The partition, when this broker has a replica of it whose log is open. */
  get(topic: string, partition: number): Partition | undefined {
    return this.#hosted.get(`${topic}-${partition}`)?.partition ?? undefined;
  }

  *all(): Generator<Partition> {
    for (const { partition } of this.#hosted.values()) {
      if (partition !== null) yield partition;
    }
  }

  /** Resolves when every log that was to be opened or removed so far is. */
  async settled(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work.values());
  }

  onMetadata(delta: MetadataDelta, image: MetadataImage): void {
    for (const topic of delta.deletedTopics.values()) {
      for (const index of topic.partitions.keys()) this.#drop(topic, index);
    }
    for (const { after, changedPartitions } of delta.changedTopics.values()) {
      const settings = this.#options.settingsOf(image, after.name);
      for (const index of changedPartitions) this.#follow(after, index, settings);
    }
    this.#followConfigs(delta, image);
  }

  /** Writes offset checkpoints of all directories. */
  async writeCheckpoints(): Promise<void> {
    for (const directory of this.#options.directories) {
      await directory.writeCheckpoints(
        [...this.all()].filter(({ log }) => log.directory.startsWith(`${directory.path}/`)),
      );
    }
  }

  /** Lets go of everybody who waits and closes all logs, flushed. Rejects when a log could not be closed. */
  async close(): Promise<void> {
    for (const partition of this.all()) partition.retire();
    await this.settled();
    const partitions = [...this.all()];
    await Promise.all(partitions.map(({ log }) => log.close()));
    await this.writeCheckpoints();
  }

  #follow(topic: TopicImage, index: number, settings: TopicSettings): void {
    const image = topic.partitions[index];
    if (image === undefined || !image.replicas.includes(this.#options.nodeId)) {
      this.#drop(topic, index);
      return;
    }
    const name = nameOf({ topic: topic.name, partition: index });
    const hosted = this.#hosted.get(name);
    if (hosted === undefined || hosted.topicId !== topic.id) {
      this.#host({
        topic: topic.name,
        topicId: topic.id,
        index,
        image,
        settings,
        partition: null,
        isDropped: false,
      });
      return;
    }
    const { partition } = hosted;
    const formerEpoch = hosted.image.leaderEpoch;
    hosted.image = image;
    if (partition === null) return;
    const wasLeader = partition.isLeader;
    partition.onMetadata(image, hosted.settings.minInSyncReplicas);
    if (image.leaderEpoch === formerEpoch) return;
    if (partition.isLeader) this.#options.listener.leading(partition);
    else if (wasLeader) this.#options.listener.resigned(topic.name, index, image.leaderEpoch);
  }

  #followConfigs(delta: MetadataDelta, image: MetadataImage): void {
    if (delta.changedConfigs.size === 0) return;
    const changedTopics = new Set(topicsWithChangedConfigs(delta));
    // A config of the broker is the default of every topic.
    const changesAll = changedTopics.size < delta.changedConfigs.size;
    for (const hosted of this.#hosted.values()) {
      if (!changesAll && !changedTopics.has(hosted.topic)) continue;
      hosted.settings = this.#options.settingsOf(image, hosted.topic);
      hosted.partition?.log.updateConfig(hosted.settings.log);
      hosted.partition?.onMetadata(hosted.image, hosted.settings.minInSyncReplicas);
    }
  }

  #host(hosted: Hosted): void {
    const name = nameOf({ topic: hosted.topic, partition: hosted.index });
    this.#hosted.set(name, hosted);
    this.#enqueue(name, async () => {
      if (hosted.isDropped) return;
      await this.#takeSlot();
      try {
        await this.#open(name, hosted);
      } finally {
        this.#freeSlot();
      }
    });
  }

  async #open(name: string, hosted: Hosted): Promise<void> {
    const { topic, topicId, index } = hosted;
    const topicPartition = { topic, partition: index };
    const directory = await this.#claim(name, hosted);
    const log = await PartitionLog.open({
      environment: directory.environment,
      directory: directory.pathOf(topicPartition),
      topicPartition,
      config: hosted.settings.log,
      listener: {
        appended: () => hosted.partition?.onAppended(),
        failed: (error) => this.#failed(hosted, error),
      },
      ...directory.historyOf(topicPartition),
    });
    if (hosted.isDropped) {
      await log.close();
      return;
    }
    const partition = new Partition({
      topic,
      topicId,
      partition: index,
      nodeId: this.#options.nodeId,
      log,
      image: hosted.image,
      minInSyncReplicas: hosted.settings.minInSyncReplicas,
    });
    hosted.partition = partition;
    if (partition.isLeader) this.#options.listener.leading(partition);
  }

  #failed(hosted: Hosted, error: DiskError): void {
    const { topic, index } = hosted;
    this.#options.logger.error(
      { err: error, topic, partition: index },
      'a partition went offline: its disk refused',
    );
    hosted.partition?.onLogFailed();
  }

  /** The directory with a partition's folder: where it lies already, else the one with the fewest partitions. */
  async #claim(name: string, hosted: Hosted): Promise<LogDirectory> {
    const found = this.#found.get(name);
    this.#found.delete(name);
    if (found !== undefined && (found.folder.topicId === null || found.folder.topicId === hosted.topicId)) {
      if (found.folder.topicId === null) await found.directory.makeFolder(found.folder, hosted.topicId);
      return found.directory;
    }
    if (found !== undefined) await this.#setAsideStray(found.folder, found.directory);
    const counts = new Map(this.#options.directories.map((directory) => [directory, 0]));
    for (const { log } of this.all()) {
      const directory = this.#directoryOf(log.directory);
      if (directory !== undefined) counts.set(directory, (counts.get(directory) ?? 0) + 1);
    }
    const [emptiest] = [...counts].sort(([, left], [, right]) => left - right);
    invariant(emptiest !== undefined, 'a broker has at least one log directory');
    const [directory] = emptiest;
    await directory.makeFolder({ topic: hosted.topic, partition: hosted.index }, hosted.topicId);
    return directory;
  }

  #drop(topic: TopicImage, index: number): void {
    const name = nameOf({ topic: topic.name, partition: index });
    const hosted = this.#hosted.get(name);
    if (hosted === undefined || hosted.topicId !== topic.id) return;
    this.#hosted.delete(name);
    hosted.isDropped = true;
    hosted.partition?.retire();
    this.#options.listener.resigned(topic.name, index, hosted.image.leaderEpoch);
    this.#enqueue(name, () => this.#remove(hosted));
  }

  /** Renames at once, so that the name is free; gives the space back after `file.delete.delay.ms`. */
  async #remove(hosted: Hosted): Promise<void> {
    const { partition, topic, index } = hosted;
    if (partition === null) return;
    await partition.log.close();
    const directory = this.#directoryOf(partition.log.directory);
    if (directory === undefined) return;
    const path = await directory.setAside({ topic, partition: index }, 'delete');
    this.#options.clock.after(hosted.settings.log.fileDeleteDelayMs, () => {
      directory.environment.disk.removeDirectory(path).catch((error: unknown) => {
        this.#options.logger.warn({ path, err: error }, 'a deleted partition could not be removed');
      });
    });
  }

  async #setAsideStray(folder: FoundPartition, directory: LogDirectory): Promise<void> {
    const path = await directory.setAside(folder, 'stray');
    this.#options.logger.warn(
      { from: folder.path, to: path, topicId: folder.topicId },
      'set a folder aside that belongs to no topic of this cluster',
    );
  }

  #directoryOf(path: string): LogDirectory | undefined {
    return this.#options.directories.find((directory) => path.startsWith(`${directory.path}/`));
  }

  #enqueue(name: string, task: () => Promise<void>): void {
    const before = this.#work.get(name) ?? Promise.resolve();
    const work = before.then(task).catch((error: unknown) => {
      // The seam of a partition: it stays closed, and is answered for with NOT_LEADER_OR_FOLLOWER.
      this.#options.logger.error(
        { err: error, partition: name, errorCode: ErrorCode.KAFKA_STORAGE_ERROR },
        'a partition cannot be opened or removed',
      );
    });
    const last = work.then(() => {
      if (this.#work.get(name) === last) this.#work.delete(name);
    });
    this.#work.set(name, last);
  }

  async #takeSlot(): Promise<void> {
    if (this.#openCount >= OPEN_AT_ONCE) {
      await new Promise<void>((resolve) => {
        this.#slots.push(resolve);
      });
    }
    this.#openCount += 1;
  }

  #freeSlot(): void {
    this.#openCount -= 1;
    this.#slots.shift()?.();
  }
}
