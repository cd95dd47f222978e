/** What a cluster says of itself: the Metadata answer, in our words. */
export interface ClusterMetadata {
  readonly clusterId: string | null;
  /** Those the cluster counts on. */
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
  /** The first one is the preferred leader. */
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  readonly offlineReplicas: readonly number[];
  /** Replicas that a reassignment adds and takes away; empty where none is under way, or it is not told. */
  readonly adding: readonly number[];
  readonly removing: readonly number[];
  /** Kafka's error name; null when there is none. */
  readonly error: string | null;
}

export const emptyMetadata: ClusterMetadata = { clusterId: null, brokers: new Map(), topics: new Map() };

/** The partition of this index. Indexes are dense and in order, but where a cluster hides some. */
export function partitionAt({ partitions }: TopicMetadata, index: number): PartitionMetadata | undefined {
  const there = partitions[index];
  return there?.partition === index ? there : partitions.find(({ partition }) => partition === index);
}

/** A replica that is there to stay is not in sync; one that a reassignment adds has never been. */
export function isUnderReplicated({ replicas, isr, adding }: PartitionMetadata): boolean {
  const settled = adding.length === 0 ? replicas : replicas.filter((id) => !adding.includes(id));
  const inSync = adding.length === 0 ? isr : isr.filter((id) => !adding.includes(id));
  return inSync.length < settled.length;
}
