import type { CreateTopicResponse } from '@odradek/contract';
import { KafkaError } from './kafka-error.ts';
import type { KafkaRequests } from './kafka-requests.ts';
import type { ClusterTopology } from './read-topology.ts';

/** A topic to create; null leaves the number to the broker's defaults (KIP-464). */
export interface NewTopic {
  readonly name: string;
  readonly partitions: number | null;
  readonly replicationFactor: number | null;
  readonly configs: Readonly<Record<string, string>>;
  readonly validateOnly: boolean;
}

const TIMEOUT_MS = 10_000;

/** Creates the topic, or only checks it. Throws KafkaError and BrokerUnreachable. */
export async function createTopic(
  requests: KafkaRequests,
  { metadata, controllerId }: ClusterTopology,
  topic: NewTopic,
): Promise<CreateTopicResponse> {
  const body = {
    topics: [
      {
        name: topic.name,
        numPartitions: topic.partitions ?? -1,
        replicationFactor: topic.replicationFactor ?? -1,
        assignments: [],
        configs: Object.entries(topic.configs).map(([name, value]) => ({ name, value })),
      },
    ],
    timeoutMs: TIMEOUT_MS,
    validateOnly: topic.validateOnly,
  };
  // Any broker of a KRaft cluster forwards; one that still has ZooKeeper wants its controller asked.
  const controller = metadata.brokers.get(controllerId ?? -1);
  const answer =
    controller === undefined
      ? await requests.sendToAny('CreateTopics', body)
      : await requests.send(controller, 'CreateTopics', body);
  const result = answer.topics[0];
  if (result === undefined || result.errorCode !== 0) {
    throw new KafkaError(result?.errorCode ?? -1, result?.errorMessage ?? null);
  }
  return {
    name: result.name,
    topicId: topic.validateOnly ? null : result.topicId,
    partitions: result.numPartitions < 0 ? null : result.numPartitions,
    replicationFactor: result.replicationFactor < 0 ? null : result.replicationFactor,
  };
}
