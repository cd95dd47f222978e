/** What a cluster says of itself: the Metadata answer, in our words. */
export interface ClusterMetadata {
  readonly clusterId: string | null;
  /** The active controller's id, which need not be a broker's; null where there is none, or it is not told. */
  readonly controllerId: number | null;
  /** The cluster said that it has no active controller. */
  readonly lacksController: boolean;
  readonly brokers: ReadonlyMap<number, BrokerNode>;
  readonly topics: ReadonlyMap<string, TopicMetadata>;
}

export interface BrokerNode {
  readonly id: number;
  /** The advertised address. */
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
}

export interface TopicMetadata {
  readonly name: string;
  /** Null on brokers older than topic ids. */
  readonly topicId: string | null;
  readonly internal: boolean;
  /** In order of their index. */
  readonly partitions: readonly PartitionMetadata[];
}

export interface PartitionMetadata {
  readonly partition: number;
  /** Null when there is none. */
  readonly leader: number | null;
  readonly leaderEpoch: number | null;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  readonly offlineReplicas: readonly number[];
  /** Kafka's error name; null when there is none. */
  readonly error: string | null;
}

export const emptyMetadata: ClusterMetadata = {
  clusterId: null,
  controllerId: null,
  lacksController: false,
  brokers: new Map(),
  topics: new Map(),
};
