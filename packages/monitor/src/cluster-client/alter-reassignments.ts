import { errorOf } from '@odradek/broker/protocol';
import type { ReassignmentOutcome, TopicPartition } from '@odradek/contract';
import { chunks } from './fan-out.ts';
import { KafkaError } from './kafka-error.ts';
import type { KafkaRequests } from './kafka-requests.ts';

/** Where replicas are to be; null gives up the reassignment that is under way. */
export interface AlteredPartition extends TopicPartition {
  readonly replicas: readonly number[] | null;
}

const TIMEOUT_MS = 30_000;

/** More in one request would keep a controller busy for long. */
const PARTITIONS_PER_REQUEST = 1_000;

/**
 * Begins or gives up reassignments. Each partition fails or succeeds by itself. Throws KafkaError when a request is
 * refused as a whole, and BrokerUnreachable; what was asked for before that goes on.
 */
export async function alterReassignments(
  requests: KafkaRequests,
  partitions: readonly AlteredPartition[],
): Promise<ReassignmentOutcome> {
  const refused: ReassignmentOutcome['refused'] = [];
  for (const some of chunks(partitions, PARTITIONS_PER_REQUEST)) {
    const answer = await requests.sendToAny('AlterPartitionReassignments', {
      timeoutMs: TIMEOUT_MS,
      topics: [...Map.groupBy(some, ({ topic }) => topic)].map(([name, of]) => ({
        name,
        partitions: of.map(({ partition, replicas }) => ({ partitionIndex: partition, replicas })),
      })),
    });
    if (answer.errorCode !== 0) {
      throw new KafkaError(answer.errorCode, answer.errorMessage);
    }
    for (const { name: topic, partitions: results } of answer.responses) {
      for (const { partitionIndex, errorCode, errorMessage } of results) {
        if (errorCode !== 0) {
          const { name, message } = errorOf(errorCode);
          refused.push({ topic, partition: partitionIndex, error: name, message: errorMessage ?? message });
        }
      }
    }
  }
  return { accepted: partitions.length - refused.length, refused };
}
