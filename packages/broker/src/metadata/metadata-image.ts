import type { ConfigResourceKey } from './config-resource.ts';
import { configResourceKey } from './config-resource.ts';
import { PersistentMap } from './persistent-map.ts';

/**
 * The state of the whole cluster after the metadata record at `offset`. It never changes; a
 * {@link ./metadata-delta.ts | MetadataDelta} makes its successor. Brokers answer every question about topics,
 * brokers and configs from the newest image they have.
 */
export interface MetadataImage {
  /** Offset of the last record in it; -1 before the first. */
  readonly offset: number;
  /** Epoch of the metadata leader that wrote that record. */
  readonly epoch: number;
  /** Finalised feature levels by name (`metadata.version`, `kraft.version`); absent means 0. */
  readonly features: PersistentMap<string, number>;
  readonly brokers: PersistentMap<number, BrokerImage>;
  /** The nodes of the quorum that have registered, by id. */
  readonly controllers: PersistentMap<number, ControllerImage>;
  readonly topicsByName: PersistentMap<string, TopicImage>;
  readonly topicsById: PersistentMap<string, TopicImage>;
  /** What was set at run time, by resource; defaults and static values are not in here. */
  readonly configs: PersistentMap<ConfigResourceKey, ReadonlyMap<string, string>>;
  /** The first producer id that no broker has been given yet. */
  readonly nextProducerId: number;
}

export interface TopicImage {
  readonly name: string;
  readonly id: string;
  /** By partition index, without gaps. */
  readonly partitions: readonly PartitionImage[];
}

export interface PartitionImage {
  /** Broker ids in order of preference. */
  readonly replicas: readonly number[];
  /** Log directory id of each replica, in the order of `replicas`. */
  readonly directories: readonly string[];
  readonly isr: readonly number[];
  readonly addingReplicas: readonly number[];
  readonly removingReplicas: readonly number[];
  readonly eligibleLeaderReplicas: readonly number[];
  readonly lastKnownElr: readonly number[];
  /** Broker id; {@link NO_LEADER} while the partition has none. */
  readonly leader: number;
  readonly leaderRecoveryState: number;
  /** Grows whenever the leader changes. */
  readonly leaderEpoch: number;
  /** Grows with every change. */
  readonly partitionEpoch: number;
}

export const NO_LEADER = -1;

export interface BrokerImage {
  readonly id: number;
  /** Offset of the record that registered this incarnation; fences requests of earlier ones. */
  readonly epoch: number;
  readonly incarnationId: string;
  readonly endpoints: readonly BrokerEndpoint[];
  readonly rack: string | null;
  /** A fenced broker leads nothing and is not shown to clients. */
  readonly isFenced: boolean;
  readonly isInControlledShutdown: boolean;
  /** Ids of its log directories. */
  readonly directories: readonly string[];
  /** Levels of features that it can work at. */
  readonly features: readonly FeatureRange[];
}

/** Levels of a feature that a node can work at. */
export interface FeatureRange {
  readonly name: string;
  readonly minSupportedVersion: number;
  readonly maxSupportedVersion: number;
}

/** A node of the quorum as it has registered (KIP-919). */
export interface ControllerImage {
  readonly id: number;
  readonly incarnationId: string;
  readonly endpoints: readonly BrokerEndpoint[];
  readonly features: readonly FeatureRange[];
}

export interface BrokerEndpoint {
  readonly listenerName: string;
  readonly host: string;
  readonly port: number;
  /** Kafka's SecurityProtocol code; 0 is PLAINTEXT. */
  readonly securityProtocol: number;
}

export const EMPTY_IMAGE: MetadataImage = {
  offset: -1,
  epoch: -1,
  features: PersistentMap.empty(),
  brokers: PersistentMap.empty(),
  controllers: PersistentMap.empty(),
  topicsByName: PersistentMap.empty(),
  topicsById: PersistentMap.empty(),
  configs: PersistentMap.empty(),
  nextProducerId: 0,
};

const NOTHING_SET: ReadonlyMap<string, string> = new Map();

/** What was set at run time for one resource. */
export function dynamicConfigs(
  image: MetadataImage,
  type: number,
  name: string,
): ReadonlyMap<string, string> {
  return image.configs.get(configResourceKey(type, name)) ?? NOTHING_SET;
}

/** The partition, or undefined when topic or partition do not exist. */
export function partitionOf(
  image: MetadataImage,
  topicName: string,
  partition: number,
): PartitionImage | undefined {
  return image.topicsByName.get(topicName)?.partitions[partition];
}

/** The brokers that clients may talk to, by ascending id. */
export function liveBrokers(image: MetadataImage): readonly BrokerImage[] {
  return [...image.brokers.values()]
    .filter((broker) => !broker.isFenced)
    .sort((left, right) => left.id - right.id);
}
