import { invariant } from '../runtime/invariant.ts';
import {
  type ConfigResourceKey,
  ConfigResourceType,
  configResourceKey,
  parseConfigResourceKey,
} from './config-resource.ts';
import type {
  BrokerEndpoint,
  BrokerImage,
  ControllerImage,
  MetadataImage,
  PartitionImage,
  TopicImage,
} from './metadata-image.ts';
import type { MetadataRecord, MetadataRecordValue } from './metadata-record.ts';
import {
  type ImageLists,
  LEADER_UNCHANGED,
  mergePartitionChange,
  partitionFromRecord,
} from './partition-image.ts';
import { SharedLists } from './shared-lists.ts';

/** A topic that is new or has changed: its state before (null when new) and after, and the partitions concerned. */
export interface TopicChange {
  readonly before: TopicImage | null;
  readonly after: TopicImage;
  readonly changedPartitions: ReadonlySet<number>;
}

interface OpenTopicChange {
  readonly before: TopicImage | null;
  readonly name: string;
  readonly id: string;
  readonly partitions: PartitionImage[];
  readonly changedPartitions: Set<number>;
}

/**
 * Records replayed on top of an image: what the next image will be, and what subscribers need to know of the
 * difference. A record that contradicts the image (an unknown topic, a gap in partitions) is a broken invariant.
 */
export class MetadataDelta {
  readonly base: MetadataImage;
  readonly #topics = new Map<string, OpenTopicChange>();
  readonly #deletedTopics = new Map<string, TopicImage>();
  readonly #brokers = new Map<number, BrokerImage | null>();
  readonly #controllers = new Map<number, ControllerImage>();
  readonly #configs = new Map<ConfigResourceKey, Map<string, string>>();
  readonly #features = new Map<string, number | null>();
  readonly #lists: ImageLists = { brokers: new SharedLists(), directories: new SharedLists() };
  #nextProducerId: number | null = null;
  /** Null while something was replayed since it was made. */
  #changedTopics: ReadonlyMap<string, TopicChange> | null = null;

  constructor(base: MetadataImage) {
    this.base = base;
  }

  /** Topics that are new or changed, by id. */
  get changedTopics(): ReadonlyMap<string, TopicChange> {
    if (this.#changedTopics !== null) return this.#changedTopics;
    const changes = new Map<string, TopicChange>();
    for (const [id, { before, name, partitions, changedPartitions }] of this.#topics) {
      changes.set(id, { before, after: { name, id, partitions: [...partitions] }, changedPartitions });
    }
    this.#changedTopics = changes;
    return changes;
  }

  /** Topics that are gone, by id, as they last were. */
  get deletedTopics(): ReadonlyMap<string, TopicImage> {
    return this.#deletedTopics;
  }

  /** Brokers that are new, changed, or gone. */
  get changedBrokers(): ReadonlySet<number> {
    return new Set(this.#brokers.keys());
  }

  /** Resources whose configs were set, changed or removed. */
  get changedConfigs(): ReadonlySet<ConfigResourceKey> {
    return new Set(this.#configs.keys());
  }

  get changedFeatures(): ReadonlySet<string> {
    return new Set(this.#features.keys());
  }

  replay(record: MetadataRecord): void {
    this.#changedTopics = null;
    switch (record.kind) {
      case 'topic':
        this.#replayTopic(record.value);
        break;
      case 'partition':
        this.#replayPartition(record.value);
        break;
      case 'partitionChange':
        this.#replayPartitionChange(record.value);
        break;
      case 'removeTopic':
        this.#replayRemoveTopic(record.value);
        break;
      case 'clearElr':
        this.#replayClearElr(record.value);
        break;
      case 'config':
        this.#replayConfig(record.value);
        break;
      case 'registerBroker':
        this.#replayRegisterBroker(record.value);
        break;
      case 'brokerRegistrationChange':
        this.#replayBrokerRegistrationChange(record.value);
        break;
      case 'unregisterBroker':
        this.#brokers.set(record.value.brokerId, null);
        break;
      case 'registerController':
        this.#replayRegisterController(record.value);
        break;
      case 'featureLevel':
        this.setFeatureLevel(record.value.name, record.value.featureLevel);
        break;
      case 'producerIds':
        this.#nextProducerId = record.value.nextProducerId;
        break;
      case 'noOp':
        break;
    }
  }

  /** Also for `kraft.version`, which a control record of the log carries. Level 0 takes the feature away. */
  setFeatureLevel(name: string, level: number): void {
    this.#features.set(name, level === 0 ? null : level);
  }

  /** The image after everything replayed so far. */
  imageAt(position: { readonly offset: number; readonly epoch: number }): MetadataImage {
    const byId: [string, TopicImage | null][] = [];
    const byName: [string, TopicImage | null][] = [];
    for (const [id, topic] of this.#deletedTopics) {
      byId.push([id, null]);
      byName.push([topic.name, null]);
    }
    for (const [id, { after }] of this.changedTopics) {
      byId.push([id, after]);
      byName.push([after.name, after]);
    }
    const configs = [...this.#configs].map(
      ([key, values]) => [key, values.size === 0 ? null : values] as const,
    );
    return {
      offset: position.offset,
      epoch: position.epoch,
      features: this.base.features.with(this.#features),
      brokers: this.base.brokers.with(this.#brokers),
      controllers: this.base.controllers.with(this.#controllers),
      topicsById: this.base.topicsById.with(byId),
      topicsByName: this.base.topicsByName.with(byName),
      configs: this.base.configs.with(configs),
      nextProducerId: this.#nextProducerId ?? this.base.nextProducerId,
    };
  }

  #replayTopic({ name, topicId }: MetadataRecordValue<'topic'>): void {
    this.#topics.set(topicId, {
      before: null,
      name,
      id: topicId,
      partitions: [],
      changedPartitions: new Set(),
    });
  }

  #replayPartition(record: MetadataRecordValue<'partition'>): void {
    const topic = this.#openTopic(record.topicId);
    invariant(
      record.partitionId <= topic.partitions.length,
      `partition ${topic.name}-${record.partitionId} would leave a gap`,
    );
    topic.partitions[record.partitionId] = partitionFromRecord(record, this.#lists);
    topic.changedPartitions.add(record.partitionId);
  }

  #replayPartitionChange(record: MetadataRecordValue<'partitionChange'>): void {
    const topic = this.#openTopic(record.topicId);
    const partition = topic.partitions[record.partitionId];
    invariant(partition !== undefined, `partition ${topic.name}-${record.partitionId} does not exist`);
    topic.partitions[record.partitionId] = mergePartitionChange(partition, record, this.#lists);
    topic.changedPartitions.add(record.partitionId);
  }

  /** The name of a topic, or nothing for all of them. */
  #replayClearElr({ topicName }: MetadataRecordValue<'clearElr'>): void {
    const known = [...this.base.topicsById.values()].filter(({ id }) => !this.#deletedTopics.has(id));
    const topics = new Map([...known, ...this.#topics.values()].map((topic) => [topic.id, topic]));
    for (const { id, name, partitions } of topics.values()) {
      if (topicName !== '' && topicName !== name) continue;
      for (const [partitionId, partition] of partitions.entries()) {
        const isClear = partition.eligibleLeaderReplicas.length + partition.lastKnownElr.length === 0;
        if (!isClear) this.#replayPartitionChange(clearedChange(id, partitionId));
      }
    }
  }

  #replayRemoveTopic({ topicId }: MetadataRecordValue<'removeTopic'>): void {
    const topic = this.#openTopic(topicId);
    this.#topics.delete(topicId);
    if (topic.before !== null) this.#deletedTopics.set(topicId, topic.before);
    const key = configResourceKey(ConfigResourceType.TOPIC, topic.name);
    if (this.#configs.has(key) || this.base.configs.has(key)) this.#configs.set(key, new Map());
  }

  #replayConfig(record: MetadataRecordValue<'config'>): void {
    const key = configResourceKey(record.resourceType, record.resourceName);
    let values = this.#configs.get(key);
    if (values === undefined) {
      values = new Map(this.base.configs.get(key));
      this.#configs.set(key, values);
    }
    if (record.value === null) values.delete(record.name);
    else values.set(record.name, record.value);
  }

  #replayRegisterBroker(record: MetadataRecordValue<'registerBroker'>): void {
    this.#brokers.set(record.brokerId, {
      id: record.brokerId,
      epoch: record.brokerEpoch,
      incarnationId: record.incarnationId,
      endpoints: record.endPoints.map(endpointOf),
      rack: record.rack,
      isFenced: record.fenced,
      isInControlledShutdown: record.inControlledShutdown,
      directories: record.logDirs,
      features: record.features,
    });
  }

  #replayRegisterController(record: MetadataRecordValue<'registerController'>): void {
    this.#controllers.set(record.controllerId, {
      id: record.controllerId,
      incarnationId: record.incarnationId,
      endpoints: record.endPoints.map(endpointOf),
      features: record.features,
    });
  }

  #replayBrokerRegistrationChange(record: MetadataRecordValue<'brokerRegistrationChange'>): void {
    const broker = this.#brokers.get(record.brokerId) ?? this.base.brokers.get(record.brokerId);
    invariant(broker?.epoch === record.brokerEpoch, `broker ${record.brokerId} is not registered`);
    this.#brokers.set(record.brokerId, {
      ...broker,
      isFenced: record.fenced === 0 ? broker.isFenced : record.fenced > 0,
      isInControlledShutdown: record.inControlledShutdown > 0 || broker.isInControlledShutdown,
      directories: record.logDirs.length > 0 ? record.logDirs : broker.directories,
    });
  }

  #openTopic(topicId: string): OpenTopicChange {
    const open = this.#topics.get(topicId);
    if (open !== undefined) return open;
    const before = this.base.topicsById.get(topicId);
    invariant(before !== undefined && !this.#deletedTopics.has(topicId), `topic ${topicId} does not exist`);
    const opened: OpenTopicChange = {
      before,
      name: before.name,
      id: topicId,
      partitions: [...before.partitions],
      changedPartitions: new Set(),
    };
    this.#topics.set(topicId, opened);
    return opened;
  }
}

function clearedChange(topicId: string, partitionId: number): MetadataRecordValue<'partitionChange'> {
  return {
    ...{ topicId, partitionId, leader: LEADER_UNCHANGED, leaderRecoveryState: -1 },
    ...{ isr: null, replicas: null, removingReplicas: null, addingReplicas: null, directories: null },
    eligibleLeaderReplicas: [],
    lastKnownElr: [],
  };
}

function endpointOf({
  name,
  host,
  port,
  securityProtocol,
}: MetadataRecordValue<'registerBroker'>['endPoints'][number]): BrokerEndpoint {
  return { listenerName: name, host, port, securityProtocol };
}

/** The topics whose configs a delta touched, by name. */
export function topicsWithChangedConfigs(delta: MetadataDelta): readonly string[] {
  return [...delta.changedConfigs]
    .map(parseConfigResourceKey)
    .filter(({ type }) => type === ConfigResourceType.TOPIC)
    .map(({ name }) => name);
}
