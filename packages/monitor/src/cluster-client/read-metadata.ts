import { errorOf } from '@odradek/broker/protocol';
import type { ClusterMetadata, PartitionMetadata, TopicMetadata } from './cluster-metadata.ts';
import type { KafkaRequests, ResponseBody } from './kafka-requests.ts';
import { type ActiveController, readController } from './read-controller.ts';

/** Kafka's text of a uuid that is not set. */
const ZERO_UUID = 'AAAAAAAAAAAAAAAAAAAAAA';

type MetadataTopic = ResponseBody<'Metadata'>['topics'][number];

/** Asks for brokers, topics and partitions. No topic is created by asking. Throws BrokerUnreachable. */
export async function readMetadata(requests: KafkaRequests): Promise<ClusterMetadata> {
  const answer = await requests.sendToAny('Metadata', { topics: null, allowAutoTopicCreation: false });
  const controller = await readController(requests);
  return {
    clusterId: answer.clusterId,
    controllerId: controllerIdOf(controller, answer.controllerId),
    lacksController: controller === 'none',
    brokers: new Map(
      answer.brokers.map(({ nodeId, host, port, rack }) => [nodeId, { id: nodeId, host, port, rack }]),
    ),
    topics: new Map(answer.topics.map(topicOf).map((topic) => [topic.name, topic])),
  };
}

/** With ZooKeeper, which knows no quorum, the answer's own controller is the one. */
function controllerIdOf(controller: ActiveController, named: number): number | null {
  if (controller === 'not-kraft') {
    return named < 0 ? null : named;
  }
  return typeof controller === 'number' ? controller : null;
}

function topicOf({ name, topicId, isInternal, partitions }: MetadataTopic): TopicMetadata {
  return {
    name: name ?? '',
    topicId: topicId === ZERO_UUID ? null : topicId,
    internal: isInternal,
    partitions: partitions.map(partitionOf).sort((one, other) => one.partition - other.partition),
  };
}

function partitionOf(partition: MetadataTopic['partitions'][number]): PartitionMetadata {
  const { partitionIndex, leaderId, leaderEpoch, replicaNodes, isrNodes, offlineReplicas, errorCode } =
    partition;
  return {
    partition: partitionIndex,
    leader: leaderId < 0 ? null : leaderId,
    leaderEpoch: leaderEpoch < 0 ? null : leaderEpoch,
    replicas: replicaNodes,
    isr: isrNodes,
    offlineReplicas,
    error: errorCode === 0 ? null : errorOf(errorCode).name,
  };
}
