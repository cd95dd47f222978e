import type { LogDirectory } from '../log/log-directory.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import { type MetadataDelta, topicsWithChangedConfigs } from '../metadata/metadata-delta.ts';
import {
  EMPTY_IMAGE,
  type MetadataImage,
  NO_LEADER,
  type PartitionImage,
  type TopicImage,
} from '../metadata/metadata-image.ts';
import type { MetadataSubscriber } from '../metadata/metadata-publisher.ts';
import { LOST_DIRECTORY } from '../metadata/partition-image.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import { FollowedReplica } from './followed-replica.ts';
import { type Hosted, newHosted, type TopicSettings } from './hosted-replica.ts';
import { LogPlacement } from './log-placement.ts';
import type { Partition } from './partition.ts';
import type { AlterIsr } from './partition-options.ts';
import type { ReplicaFetchers } from './replica-fetchers.ts';
import type { AssignDirectory } from './replica-move.ts';
import type { MovableReplica, ReplicaMoves } from './replica-moves.ts';
import { ReplicaOpenings } from './replica-openings.ts';
import { WorkQueues } from './work-queues.ts';

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
  /** Replicas on their way between directories; closed with the replicas. */
  readonly moves: ReplicaMoves;
  readonly assign: AssignDirectory;
  readonly settingsOf: (image: MetadataImage, topic: string) => TopicSettings;
  readonly listener: LeadershipListener;
  /** Some partition has come to be within reach, or out of it. */
  readonly onReachChanged: () => void;
  readonly logger: Logger;
}

/** Logs that are opened or removed at the same time. */
const LOGS_AT_ONCE = 16;

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
  readonly #openings: ReplicaOpenings;
  #image = EMPTY_IMAGE;
  #ledListener: () => void = () => {};
  /** Whether there is something to tell the listener. */
  #hasLed = false;
  #isrShrinks = 0;
  #isrExpands = 0;
  #lagCheck: Timer;
  #isStarting = true;

  constructor(options: ReplicasOptions) {
    this.#options = options;
    const { clock, maxLagMs, alterIsr } = options;
    this.#placement = new LogPlacement(options);
    this.#lagCheck = this.#checkLagLater();
    this.#work = new WorkQueues(LOGS_AT_ONCE, (name, error) => {
      options.logger.error({ err: error, partition: name }, 'a partition cannot be removed');
    });
    this.#openings = new ReplicaOpenings({
      ...options,
      ...{ placement: this.#placement, work: this.#work },
      surroundings: {
        ...{ clock, maxLagMs, alterIsr },
        activeEpochOf: (id) => this.#activeEpochOf(id),
        ledLate: (partition) => {
          this.#leads(partition);
          this.#tellLed();
        },
        damaged: (partition) => this.#onDamaged(partition),
      },
      opened: (hosted, partition) => this.#opened(hosted, partition),
      openedLate: () => this.#tellLed(),
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

  /** How often partitions that are led here have come to have fewer, or more, replicas in sync. */
  get isrChanges(): { readonly shrinks: number; readonly expands: number } {
    return { shrinks: this.#isrShrinks, expands: this.#isrExpands };
  }

  /** How those do that other brokers lead. */
  get following(): { readonly maxLag: number; readonly halted: number } {
    return this.#options.fetchers.state;
  }

  /** Resolves when every log that was to be opened or removed so far is. */
  settled(): Promise<void> {
    return this.#work.idle();
  }

  /**
   * Moves a replica to the log directory at `path`, or begins it there when it comes to this broker (KIP-113). Answers
   * `NONE` when that is under way, else why it is not.
   */
  async moveReplica(path: string, topic: string, partition: number): Promise<number> {
    const { moves } = this.#options;
    const refusal = moves.refusalOf(path, topic, partition);
    if (refusal !== ErrorCode.NONE) return refusal;
    const hosted = this.#hosted.get(`${topic}-${partition}`);
    const movable = hosted === undefined ? null : this.#movable(hosted);
    if (movable !== null) return moves.move(movable, path);
    if (hosted?.isShut === true) return ErrorCode.KAFKA_STORAGE_ERROR;
    this.#placement.prefer(topic, partition, path);
    return ErrorCode.REPLICA_NOT_AVAILABLE;
  }

  /** The copies of replicas that are on their way to another log directory. */
  *copies(): Generator<{ readonly partition: Partition; readonly copy: PartitionLog }> {
    for (const partition of this.all()) {
      const copy = this.#options.moves.copyOf(partition);
      if (copy !== null) yield { partition, copy };
    }
  }

  /** Has a listener told when this broker has begun to lead partitions, of several at once only once. */
  whenLed(listener: () => void): void {
    this.#ledListener = listener;
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
    this.#tellLed();
  }

  #tellLed(): void {
    if (!this.#hasLed) return;
    this.#hasLed = false;
    this.#ledListener();
  }

  #leads(partition: Partition): void {
    this.#hasLed = true;
    this.#options.listener.leading(partition);
  }

  /** The disk of a directory refused: whoever waits for a partition there waits in vain. */
  onDirectoryOffline(path: string): void {
    for (const partition of this.all()) {
      if (!partition.log.directory.startsWith(`${path}/`)) continue;
      this.#giveUp(partition);
    }
    this.#options.onReachChanged();
  }

  /** The controller has another in-sync replica lead: the directory of this one it believes to be well (KIP-858). */
  #onDamaged(partition: Partition): void {
    this.#giveUp(partition);
    void this.#options.assign(partition, LOST_DIRECTORY);
    this.#options.onReachChanged();
  }

  #giveUp(partition: Partition): void {
    const { isLeader, topic, topicId, leaderEpoch, partition: index } = partition;
    partition.onLogFailed();
    this.#options.fetchers.unfollow(topicId, index);
    if (isLeader) this.#options.listener.resigned(topic, index, leaderEpoch);
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
    this.#openings.close();
    for (const partition of this.all()) partition.retire();
    await this.#options.moves.close();
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
      const isOld = this.#isStarting;
      const added = newHosted({ topic: topic.name, topicId: topic.id, index, image, settings, isOld });
      this.#hosted.set(`${topic.name}-${index}`, added);
      this.#openings.open(added);
      return;
    }
    const formerEpoch = hosted.image.leaderEpoch;
    this.#countIsrChange(hosted.image, image);
    hosted.image = image;
    if (hosted.partition === null) return;
    const wasLeader = hosted.partition.isLeader;
    hosted.partition.onMetadata(image, hosted.settings.minInSyncReplicas);
    if (image.leaderEpoch === formerEpoch) return;
    this.#fetch(hosted.partition);
    if (hosted.partition.isLeader) this.#leads(hosted.partition);
    else if (wasLeader) this.#options.listener.resigned(topic.name, index, image.leaderEpoch);
  }

  #countIsrChange(before: PartitionImage, after: PartitionImage): void {
    if (after.leader !== this.#options.nodeId || after.leaderEpoch !== before.leaderEpoch) return;
    if (after.isr.length < before.isr.length) this.#isrShrinks += 1;
    if (after.isr.length > before.isr.length) this.#isrExpands += 1;
  }

  /** From the leader, where another broker is it. */
  #fetch(partition: Partition): void {
    const { nodeId, fetchers } = this.#options;
    const { topicId, leaderId, leaderEpoch, log } = partition;
    if (leaderId === nodeId || leaderId === NO_LEADER || log.isOffline) {
      fetchers.unfollow(topicId, partition.partition);
    } else if (log.isCutting) {
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
      if (hosted.partition !== null) this.#options.moves.updateConfig(hosted.partition, hosted.settings.log);
      hosted.partition?.onMetadata(hosted.image, hosted.settings.minInSyncReplicas);
    }
  }

  /** A partition's log is open; nobody has dropped it meanwhile. */
  #opened(hosted: Hosted, partition: Partition): void {
    this.#fetch(partition);
    if (partition.isLeader) this.#leads(partition);
    const movable = this.#movable(hosted);
    if (hosted.movingTo !== null && movable !== null) this.#options.moves.resume(movable, hosted.movingTo);
  }

  /** Null while its log is not open. */
  #movable(hosted: Hosted): MovableReplica | null {
    const { partition, directory } = hosted;
    if (partition === null || directory === null) return null;
    return {
      partition,
      directory,
      config: () => hosted.settings.log,
      movedTo: (target) => {
        this.#placement.moved(hosted.directory ?? directory, target);
        hosted.directory = target;
      },
    };
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
      if (hosted.partition !== null) await this.#options.moves.cancel(hosted.partition);
      if (hosted.directory === null) return;
      this.#placement.release(hosted.directory);
      await hosted.directory.deleteLog({ topic: hosted.topic, partition: hosted.index });
    });
  }
}
