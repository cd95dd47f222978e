import type { LogConfig } from '../log/log-config.ts';
import type { LogDirectory } from '../log/log-directory.ts';
import { isPassing } from '../log/passing-error.ts';
import { type MetadataDelta, topicsWithChangedConfigs } from '../metadata/metadata-delta.ts';
import {
  EMPTY_IMAGE,
  type MetadataImage,
  NO_LEADER,
  type PartitionImage,
  type TopicImage,
} from '../metadata/metadata-image.ts';
import type { MetadataSubscriber } from '../metadata/metadata-publisher.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import { DiskError } from '../runtime/disk.ts';
import type { Logger } from '../runtime/logger.ts';
import { FollowedReplica } from './followed-replica.ts';
import { LogPlacement } from './log-placement.ts';
import { type AlterIsr, Partition, type PartitionSurroundings } from './partition.ts';
import type { ReplicaFetchers } from './replica-fetchers.ts';
import { WorkQueues } from './work-queues.ts';

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
  readonly clock: Clock;
  /** `replica.lag.time.max.ms`. */
  readonly maxLagMs: number;
  readonly alterIsr: AlterIsr;
  /** Of the partitions that other brokers lead; closed with the replicas. */
  readonly fetchers: ReplicaFetchers;
  /** At least one. They belong to whoever opened them. */
  readonly directories: readonly LogDirectory[];
  /** Whether there are others, which could not be opened. */
  readonly lacksDirectories: boolean;
  readonly settingsOf: (image: MetadataImage, topic: string) => TopicSettings;
  readonly listener: LeadershipListener;
  /** Some partition has come to be within reach, or out of it. */
  readonly onReachChanged: () => void;
  readonly logger: Logger;
}

/** One partition that the metadata gives to this broker; `partition` is null until its log is open. */
interface Hosted {
  readonly topic: string;
  readonly topicId: string;
  readonly index: number;
  image: PartitionImage;
  settings: TopicSettings;
  /** Whether the cluster had it before this broker started. */
  readonly isOld: boolean;
  /** Where its log lies; null until that is decided. */
  directory: LogDirectory | null;
  partition: Partition | null;
  /** Whether the log could not be opened. */
  isShut: boolean;
  isDropped: boolean;
}

/** Logs that are opened or removed at the same time. */
const LOGS_AT_ONCE = 16;

/** When a log is opened again that could not be opened because something had run out; then half as often each time. */
const REOPEN_MS = { first: 1000, most: 30_000 };

/**
 * The replicas of this broker. It follows the metadata: opens the logs of partitions that it is given, hands
 * leadership on, and removes those that are gone. A topic is its id (KIP-516): a folder with the name of a topic but
 * another id is a stray, set aside and never served.
 */
export class Replicas implements MetadataSubscriber {
  readonly #options: ReplicasOptions;
  readonly #hosted = new Map<string, Hosted>();
  /** By the name of the folder: a new topic waits until its namesake is out of the way. */
  readonly #work: WorkQueues;
  readonly #placement: LogPlacement;
  /** Partitions that are waiting to be opened again. */
  readonly #reopening = new Set<Timer>();
  readonly #surroundings: PartitionSurroundings;
  #image = EMPTY_IMAGE;
  #lagCheck: Timer;
  #isStarting = true;

  constructor(options: ReplicasOptions) {
    this.#options = options;
    const { clock, maxLagMs, alterIsr } = options;
    this.#surroundings = {
      ...{ clock, maxLagMs, alterIsr },
      activeEpochOf: (id) => this.#activeEpochOf(id),
      ledLate: (partition) => options.listener.leading(partition),
    };
    this.#placement = new LogPlacement(options);
    this.#lagCheck = this.#checkLagLater();
    this.#work = new WorkQueues(LOGS_AT_ONCE, (name, error) => {
      options.logger.error({ err: error, partition: name }, 'a partition cannot be removed');
    });
  }

  /** Looks at what lies in the log directories. To be called once, before the first metadata. */
  scan(): Promise<void> {
    return this.#placement.scan();
  }

  /** Sets folders aside that no topic of the metadata owns. To be called once, after the first metadata. */
  async setStraysAside(): Promise<void> {
    await this.settled();
    this.#isStarting = false;
    await this.#placement.setStraysAside();
  }

  /** The partition, when this broker has a replica of it whose log is open. */
  get(topic: string, partition: number): Partition | undefined {
    return this.#hosted.get(`${topic}-${partition}`)?.partition ?? undefined;
  }

  /** What a request for a partition is told that {@link get} does not have, although the metadata does. */
  absenceOf(topic: string, partition: number): number {
    return this.#hosted.get(`${topic}-${partition}`)?.isShut === true
      ? ErrorCode.KAFKA_STORAGE_ERROR
      : ErrorCode.NOT_LEADER_OR_FOLLOWER;
  }

  /** The partitions that this broker has a replica of whose disk does not let it serve them. */
  *outOfReach(): Generator<{ readonly topicId: string; readonly partition: number }> {
    for (const { topicId, index, partition, isShut } of this.#hosted.values()) {
      if (isShut || partition?.log.isOffline === true) yield { topicId, partition: index };
    }
  }

  *all(): Generator<Partition> {
    for (const { partition } of this.#hosted.values()) {
      if (partition !== null) yield partition;
    }
  }

  /** Resolves when every log that was to be opened or removed so far is. */
  settled(): Promise<void> {
    return this.#work.idle();
  }

  onMetadata(delta: MetadataDelta, image: MetadataImage): void {
    this.#image = image;
    for (const topic of delta.deletedTopics.values()) {
      for (const index of topic.partitions.keys()) this.#drop(topic, index);
    }
    for (const { after, changedPartitions } of delta.changedTopics.values()) {
      const settings = this.#options.settingsOf(image, after.name);
      for (const index of changedPartitions) this.#follow(after, index, settings);
    }
    this.#followConfigs(delta, image);
    if (delta.changedBrokers.size > 0) for (const partition of this.all()) partition.brokersChanged();
    this.#options.fetchers.refresh();
  }

  /** The disk of a directory refused: whoever waits for a partition there waits in vain. */
  onDirectoryOffline(path: string): void {
    for (const partition of this.all()) {
      if (!partition.log.directory.startsWith(`${path}/`)) continue;
      const { isLeader, topic, leaderEpoch } = partition;
      partition.onLogFailed();
      this.#options.fetchers.unfollow(partition.topicId, partition.partition);
      if (isLeader) this.#options.listener.resigned(topic, partition.partition, leaderEpoch);
    }
    this.#options.onReachChanged();
  }

  /** Wakes every fetch that waits: the broker is about to stop, and they would hold it up. */
  wakeWaiting(): void {
    for (const partition of this.all()) partition.disturb();
  }

  #checkLagLater(): Timer {
    const { clock, maxLagMs } = this.#options;
    return clock.after(Math.max(1, maxLagMs / 2), () => {
      for (const partition of this.all()) partition.checkLag();
      this.#lagCheck = this.#checkLagLater();
    });
  }

  /** Lets go of everybody who waits; from here on no partition takes or gives anything. */
  async close(): Promise<void> {
    this.#lagCheck.cancel();
    for (const timer of this.#reopening) timer.cancel();
    this.#reopening.clear();
    for (const partition of this.all()) partition.retire();
    await this.#options.fetchers.close();
    await this.settled();
  }

  #activeEpochOf(brokerId: number): number | null {
    const broker = this.#image.brokers.get(brokerId);
    if (broker === undefined || broker.isFenced || broker.isInControlledShutdown) return null;
    return broker.epoch;
  }

  #follow(topic: TopicImage, index: number, settings: TopicSettings): void {
    const image = topic.partitions[index];
    if (image === undefined || !image.replicas.includes(this.#options.nodeId)) {
      this.#drop(topic, index);
      return;
    }
    const hosted = this.#hosted.get(`${topic.name}-${index}`);
    if (hosted === undefined || hosted.topicId !== topic.id) {
      this.#host({
        topic: topic.name,
        topicId: topic.id,
        index,
        image,
        settings,
        isOld: this.#isStarting,
        directory: null,
        partition: null,
        isShut: false,
        isDropped: false,
      });
      return;
    }
    const formerEpoch = hosted.image.leaderEpoch;
    hosted.image = image;
    if (hosted.partition === null) return;
    const wasLeader = hosted.partition.isLeader;
    hosted.partition.onMetadata(image, hosted.settings.minInSyncReplicas);
    if (image.leaderEpoch === formerEpoch) return;
    this.#fetch(hosted.partition);
    if (hosted.partition.isLeader) this.#options.listener.leading(hosted.partition);
    else if (wasLeader) this.#options.listener.resigned(topic.name, index, image.leaderEpoch);
  }

  /** From the leader, where another broker is it. */
  #fetch(partition: Partition): void {
    const { nodeId, fetchers } = this.#options;
    const { topicId, leaderId, leaderEpoch, log } = partition;
    if (leaderId === nodeId || leaderId === NO_LEADER || log.isOffline) {
      fetchers.unfollow(topicId, partition.partition);
    } else if (log.follower.isCutting) {
      // Whoever is asked now would take what is being cut off for a copy of its own records.
      fetchers.unfollow(topicId, partition.partition);
      void log.follower.whenCut().then(() => {
        const isSame = this.get(partition.topic, partition.partition) === partition;
        if (isSame && partition.leaderEpoch === leaderEpoch) this.#fetch(partition);
      });
    } else fetchers.follow(new FollowedReplica(partition), leaderId);
  }

  #followConfigs(delta: MetadataDelta, image: MetadataImage): void {
    if (delta.changedConfigs.size === 0) return;
    const changedTopics = new Set(topicsWithChangedConfigs(delta));
    // A config of the broker is the default of every topic.
    const changesAll = changedTopics.size < delta.changedConfigs.size;
    const settingsByTopic = new Map<string, TopicSettings>();
    for (const hosted of this.#hosted.values()) {
      if (!changesAll && !changedTopics.has(hosted.topic)) continue;
      const settings = settingsByTopic.get(hosted.topic) ?? this.#options.settingsOf(image, hosted.topic);
      settingsByTopic.set(hosted.topic, settings);
      hosted.settings = settings;
      hosted.partition?.log.updateConfig(hosted.settings.log);
      hosted.partition?.onMetadata(hosted.image, hosted.settings.minInSyncReplicas);
    }
  }

  #host(hosted: Hosted): void {
    const name = `${hosted.topic}-${hosted.index}`;
    this.#hosted.set(name, hosted);
    this.#work.add(name, async () => {
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
      } else logger.error({ err: error, partition: name }, 'a partition cannot be opened');
    }
    if (hosted.isShut || retryMs > REOPEN_MS.first) this.#options.onReachChanged();
  }

  #openAgain(name: string, hosted: Hosted, retryMs: number): void {
    const timer = this.#options.clock.after(retryMs, () => {
      this.#reopening.delete(timer);
      this.#work.add(name, async () => {
        if (!hosted.isDropped) await this.#open(name, hosted, Math.min(2 * retryMs, REOPEN_MS.most));
      });
    });
    this.#reopening.add(timer);
  }

  async #openLog(hosted: Hosted): Promise<void> {
    const { topic, topicId, index } = hosted;
    hosted.directory ??= await this.#placement.claim(hosted);
    const log = await hosted.directory.openLog(
      { topic, partition: index },
      { config: hosted.settings.log, topicId },
    );
    // A deletion that came meanwhile is next in the queue and finds the log open.
    hosted.partition = new Partition({
      topic,
      topicId,
      partition: index,
      nodeId: this.#options.nodeId,
      log,
      image: hosted.image,
      minInSyncReplicas: hosted.settings.minInSyncReplicas,
      surroundings: this.#surroundings,
    });
    if (hosted.isDropped) {
      hosted.partition.retire();
      return;
    }
    this.#fetch(hosted.partition);
    if (hosted.partition.isLeader) this.#options.listener.leading(hosted.partition);
  }

  #drop(topic: TopicImage, index: number): void {
    const name = `${topic.name}-${index}`;
    const hosted = this.#hosted.get(name);
    if (hosted === undefined || hosted.topicId !== topic.id) return;
    this.#hosted.delete(name);
    hosted.isDropped = true;
    this.#options.fetchers.unfollow(topic.id, index);
    hosted.partition?.retire();
    this.#options.listener.resigned(topic.name, index, hosted.image.leaderEpoch);
    this.#work.add(name, async () => {
      if (hosted.directory === null) return;
      this.#placement.release(hosted.directory);
      await hosted.directory.deleteLog({ topic: hosted.topic, partition: hosted.index });
    });
  }
}
