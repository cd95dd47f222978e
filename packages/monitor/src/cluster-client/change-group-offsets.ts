import { errorOf } from '@odradek/broker/protocol';
import type { TopicPartition } from '@odradek/contract';
import type { Coordinator } from './find-coordinator.ts';
import { KafkaError } from './kafka-error.ts';
import type { KafkaRequests } from './kafka-requests.ts';

export interface NewOffset extends TopicPartition {
  readonly offset: number;
}

/** A partition whose offset the coordinator did not change, and Kafka's name of why. */
export interface RefusedOffset extends TopicPartition {
  readonly error: string;
  readonly message: string;
}

/** Topics are named by id from version 10 on. */
const COMMIT_VERSION_MAX = 9;

/** Commits as one who is no member, which only a group without members takes. Throws BrokerUnreachable. */
export async function commitAsNobody(
  requests: KafkaRequests,
  coordinator: Coordinator,
  group: string,
  offsets: readonly NewOffset[],
): Promise<RefusedOffset[]> {
  if (offsets.length === 0) return [];
  const topics = [...Map.groupBy(offsets, ({ topic }) => topic)].map(([name, of]) => ({
    name,
    partitions: of.map(({ partition, offset }) => ({
      partitionIndex: partition,
      committedOffset: offset,
      committedMetadata: '',
    })),
  }));
  const answer = await requests.send(
    coordinator,
    'OffsetCommit',
    { groupId: group, topics },
    { maxVersion: COMMIT_VERSION_MAX },
  );
  return refusedIn(answer.topics);
}

/** Takes committed offsets away. Throws KafkaError, BrokerUnreachable and ApiNotSupported. */
export async function deleteOffsets(
  requests: KafkaRequests,
  coordinator: Coordinator,
  group: string,
  partitions: readonly TopicPartition[],
): Promise<RefusedOffset[]> {
  if (partitions.length === 0) return [];
  const topics = [...Map.groupBy(partitions, ({ topic }) => topic)].map(([name, of]) => ({
    name,
    partitions: of.map(({ partition }) => ({ partitionIndex: partition })),
  }));
  const answer = await requests.send(coordinator, 'OffsetDelete', { groupId: group, topics });
  if (answer.errorCode !== 0) {
    throw new KafkaError(answer.errorCode, null);
  }
  return refusedIn(answer.topics);
}

interface AnsweredTopic {
  readonly name: string;
  readonly partitions: readonly { readonly partitionIndex: number; readonly errorCode: number }[];
}

function refusedIn(topics: readonly AnsweredTopic[]): RefusedOffset[] {
  return topics.flatMap(({ name: topic, partitions }) =>
    partitions
      .filter(({ errorCode }) => errorCode !== 0)
      .map(({ partitionIndex, errorCode }) => {
        const { name: error, message } = errorOf(errorCode);
        return { topic, partition: partitionIndex, error, message };
      }),
  );
}
