import type { LogConfig } from '../log/log-config.ts';
import type { FoundPartition, LogDirectory } from '../log/log-directory.ts';
import { partitionDirectoryName } from '../log/partition-directory.ts';
import { type MetadataDelta, topicsWithChangedConfigs } from '../metadata/metadata-delta.ts';
import type { MetadataImage, PartitionImage, TopicImage } from '../metadata/metadata-image.ts';
import type { MetadataSubscriber } from '../metadata/metadata-publisher.ts';
import { CLUSTER_METADATA_TOPIC } from '../metadata/topic-name.ts';
import { invariant } from '../runtime/invariant.ts';
import type { Logger } from '../runtime/logger.ts';
import { Partition } from './partition.ts';
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
  /** At least one. They belong to whoever opened them. */
  readonly directories: readonly LogDirectory[];
  readonly settingsOf: (image: MetadataImage, topic: string) => TopicSettings;
  readonly listener: LeadershipListener;
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

interface Folder {
  readonly found: FoundPartition;
  readonly directory: LogDirectory;
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
  /** Folders from before this start that no partition has claimed yet. */
  readonly #unclaimed = new Map<string, Folder>();

  constructor(options: ReplicasOptions) {
    this.#options = options;
    this.#work = new WorkQueues(LOGS_AT_ONCE, (name, error) => {
      // The seam of a partition: it stays closed, and is answered for with NOT_LEADER_OR_FOLLOWER.
      options.logger.error({ err: error, partition: name }, 'a partition cannot be opened or removed');
    });
  }

  /** Looks at what lies in the log directories. To be called once, before the first metadata. */
  async scan(): Promise<void> {
    for (const directory of this.#options.directories) {
      for (const found of await directory.partitions()) {
        if (found.topic === CLUSTER_METADATA_TOPIC) continue;
        this.#unclaimed.set(partitionDirectoryName(found), { found, directory });
      }
    }
  }

  /** Sets folders aside that no topic of the metadata owns. To be called once, after the first metadata. */
  async setStraysAside(): Promise<void> {
    await this.settled();
    for (const folder of this.#unclaimed.values()) await this.#setAside(folder);
    this.#unclaimed.clear();
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
  settled(): Promise<void> {
    return this.#work.idle();
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

  /** The disk of a directory refused: whoever waits for a partition there waits in vain. */
  onDirectoryOffline(path: string): void {
    for (const partition of this.all()) {
      if (partition.log.directory.startsWith(`${path}/`)) partition.onLogFailed();
    }
  }

  /** Wakes every fetch that waits: the broker is about to stop, and they would hold it up. */
  wakeWaiting(): void {
    for (const partition of this.all()) partition.disturb();
  }

  /** Lets go of everybody who waits; from here on no partition takes or gives anything. */
  async close(): Promise<void> {
    for (const partition of this.all()) partition.retire();
    await this.settled();
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
        partition: null,
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
    if (hosted.partition.isLeader) this.#options.listener.leading(hosted.partition);
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
    const name = `${hosted.topic}-${hosted.index}`;
    this.#hosted.set(name, hosted);
    this.#work.add(name, async () => {
      if (!hosted.isDropped) await this.#open(name, hosted);
    });
  }

  async #open(name: string, hosted: Hosted): Promise<void> {
    const { topic, topicId, index } = hosted;
    const directory = await this.#claim(name, topicId);
    const log = await directory.openLog(
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
    });
    if (hosted.isDropped) hosted.partition.retire();
    else if (hosted.partition.isLeader) this.#options.listener.leading(hosted.partition);
  }

  /** Where a partition's folder lies already, else the directory with the fewest partitions. */
  async #claim(name: string, topicId: string): Promise<LogDirectory> {
    const folder = this.#unclaimed.get(name);
    this.#unclaimed.delete(name);
    if (folder !== undefined) {
      if (folder.found.topicId === null || folder.found.topicId === topicId) return folder.directory;
      await this.#setAside(folder);
    }
    const [emptiest] = this.#options.directories
      .filter((directory) => !directory.isOffline)
      .sort((left, right) => [...left.logs].length - [...right.logs].length);
    invariant(emptiest !== undefined, 'a broker without a log directory that is online stops');
    return emptiest;
  }

  #drop(topic: TopicImage, index: number): void {
    const name = `${topic.name}-${index}`;
    const hosted = this.#hosted.get(name);
    if (hosted === undefined || hosted.topicId !== topic.id) return;
    this.#hosted.delete(name);
    hosted.isDropped = true;
    hosted.partition?.retire();
    this.#options.listener.resigned(topic.name, index, hosted.image.leaderEpoch);
    this.#work.add(name, async () => {
      const { directory } = hosted.partition?.log ?? {};
      const owner = this.#options.directories.find(({ path }) => directory?.startsWith(`${path}/`));
      await owner?.deleteLog({ topic: hosted.topic, partition: hosted.index });
    });
  }

  async #setAside({ found, directory }: Folder): Promise<void> {
    await directory.setAside(found);
    this.#options.logger.warn(
      { topic: found.topic, partition: found.partition, topicId: found.topicId, directory: directory.path },
      'set a folder aside that belongs to no topic of this cluster',
    );
  }
}
