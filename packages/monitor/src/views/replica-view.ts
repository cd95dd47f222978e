import type { PartitionReplicas, ReplicaMatrix, TopicPartition } from '@odradek/contract';
import { type PartitionMetadata, partitionAt } from '../cluster-client/cluster-metadata.ts';
import type { ClusterState } from '../sampler/cluster-state.ts';

/** Every partition and the brokers that hold it. */
export function replicaMatrix({ metadata, matrixVersion, topologyAt }: ClusterState): ReplicaMatrix {
  const topics = [...metadata.topics.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
  return {
    partitions: topics.flatMap(({ name, partitions }) =>
      partitions.map((partition) => partitionReplicas(name, partition)),
    ),
    version: matrixVersion,
    checkedAt: topologyAt,
  };
}

/** The rows of these partitions, of which the state has every one. */
export function replicaRows(
  { metadata }: ClusterState,
  partitions: readonly TopicPartition[],
): PartitionReplicas[] {
  return partitions.flatMap(({ topic, partition }) => {
    const of = metadata.topics.get(topic);
    const known = of && partitionAt(of, partition);
    return known === undefined ? [] : [partitionReplicas(topic, known)];
  });
}

function partitionReplicas(topic: string, metadata: PartitionMetadata): PartitionReplicas {
  return {
    topic,
    partition: metadata.partition,
    leader: metadata.leader,
    leaderEpoch: metadata.leaderEpoch,
    replicas: [...metadata.replicas],
    isr: [...metadata.isr],
    offline: [...metadata.offlineReplicas],
    adding: [...metadata.adding],
    removing: [...metadata.removing],
  };
}
