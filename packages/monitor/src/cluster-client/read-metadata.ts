import { errorOf } from '@odradek/broker/protocol';
import type { TopicPartitionMap } from '../topic-partition-map.ts';
import type { ClusterMetadata, PartitionMetadata, TopicMetadata } from './cluster-metadata.ts';
import type { KafkaRequests, ResponseBody } from './kafka-requests.ts';
import type { Reassignment } from './list-reassignments.ts';
import { ZERO_UUID } from './zero-uuid.ts';

type MetadataTopic = ResponseBody<'Metadata'>['topics'][number];

/** The metadata, and the controller that brokers without a quorum name in it; with KRaft that is any broker. */
export interface ReadMetadata {
  readonly metadata: ClusterMetadata;
  readonly namedController: number | null;
}

const none: readonly number[] = [];

/**
 * Asks for brokers, topics and partitions, and puts in what is known of reassignments. No topic is created by
 * asking. Throws BrokerUnreachable.
 */
export async function readMetadata(
  requests: KafkaRequests,
  reassignments: TopicPartitionMap<Reassignment> | null = null,
): Promise<ReadMetadata> {
  const answer = await requests.askAny('Metadata', { topics: null, allowAutoTopicCreation: false });
  const metadata = {
    clusterId: answer.clusterId,
    brokers: new Map(
      answer.brokers.map(({ nodeId, host, port, rack }) => [nodeId, { id: nodeId, host, port, rack }]),
    ),
    topics: new Map(
      answer.topics.map((topic) => topicOf(topic, reassignments)).map((topic) => [topic.name, topic]),
    ),
  };
  return { metadata, namedController: answer.controllerId < 0 ? null : answer.controllerId };
}

function topicOf(
  { name, topicId, isInternal, partitions }: MetadataTopic,
  reassignments: TopicPartitionMap<Reassignment> | null,
): TopicMetadata {
  const moving = reassignments?.partitionsOf(name ?? '');
  return {
    name: name ?? '',
    topicId: topicId === ZERO_UUID ? null : topicId,
    internal: isInternal,
    partitions: partitions
      .map((partition) => partitionOf(partition, moving?.get(partition.partitionIndex)))
      .sort((one, other) => one.partition - other.partition),
  };
}

function partitionOf(
  partition: MetadataTopic['partitions'][number],
  reassignment: Reassignment | undefined,
): PartitionMetadata {
  const { partitionIndex, leaderId, leaderEpoch, replicaNodes, isrNodes, offlineReplicas, errorCode } =
    partition;
  return {
    partition: partitionIndex,
    leader: leaderId < 0 ? null : leaderId,
    leaderEpoch: leaderEpoch < 0 ? null : leaderEpoch,
    replicas: replicaNodes,
    isr: isrNodes,
    offlineReplicas,
    adding: reassignment?.adding ?? none,
    removing: reassignment?.removing ?? none,
    error: errorCode === 0 ? null : errorOf(errorCode).name,
  };
}
