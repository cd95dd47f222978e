import { TopicPartitionMap } from '../topic-partition-map.ts';
import { ApiNotSupported, type KafkaRequests } from './kafka-requests.ts';

/** What a reassignment under way adds to and takes from the replicas of a partition. */
export interface Reassignment {
  readonly adding: readonly number[];
  readonly removing: readonly number[];
}

const TIMEOUT_MS = 10_000;

/** The reassignments under way; null where they may not be listed, or cannot. Throws BrokerUnreachable. */
export async function listReassignments(
  requests: KafkaRequests,
): Promise<TopicPartitionMap<Reassignment> | null> {
  try {
    const answer = await requests.askAny('ListPartitionReassignments', {
      timeoutMs: TIMEOUT_MS,
      topics: null,
    });
    if (answer.errorCode !== 0) {
      return null;
    }
    const reassignments = new TopicPartitionMap<Reassignment>();
    for (const { name, partitions } of answer.topics) {
      for (const { partitionIndex, addingReplicas, removingReplicas } of partitions) {
        reassignments.set(name, partitionIndex, { adding: addingReplicas, removing: removingReplicas });
      }
    }
    return reassignments;
  } catch (error) {
    if (error instanceof ApiNotSupported) {
      return null;
    }
    throw error;
  }
}
