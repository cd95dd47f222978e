import { Failure } from '../failure.ts';
import { failOn, type KafkaRequests } from '../kafka/requests.ts';
import type { PartitionReplicas, TargetBroker } from './plan-assignment.ts';

export interface ClusterBroker extends TargetBroker {
  readonly host: string;
  readonly port: number;
}

export interface ClusterPartitions {
  readonly brokers: readonly ClusterBroker[];
  /** By topic and partition, in order. */
  readonly partitions: readonly PartitionReplicas[];
}

/** What moves at present. */
export interface OngoingMove extends PartitionReplicas {
  readonly adding: readonly number[];
  readonly removing: readonly number[];
}

/** Where the replicas of topics are; of all topics when none is named. Ends with a sentence for one that is not there. */
export async function readPartitions(
  requests: KafkaRequests,
  topics: readonly string[] | null,
): Promise<ClusterPartitions> {
  const answer = await requests.sendToAny('Metadata', {
    topics: topics === null ? null : topics.map((name) => ({ name })),
    allowAutoTopicCreation: false,
  });
  for (const { errorCode, name } of answer.topics) await failOn(errorCode, null, name ?? '');
  return {
    brokers: answer.brokers
      .map(({ nodeId, ...broker }) => ({ id: nodeId, ...broker }))
      .sort((a, b) => a.id - b.id),
    partitions: answer.topics
      .flatMap(({ name, partitions }) =>
        partitions.map(({ partitionIndex, replicaNodes }) => ({
          topic: name ?? '',
          partition: partitionIndex,
          replicas: replicaNodes,
        })),
      )
      .sort(byName),
  };
}

/** All reassignments under way. */
export async function readOngoing(requests: KafkaRequests): Promise<OngoingMove[]> {
  const answer = await requests.sendToAny('ListPartitionReassignments', { topics: null });
  await failOn(answer.errorCode, answer.errorMessage);
  return answer.topics
    .flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex, replicas, addingReplicas, removingReplicas }) => ({
        topic: name,
        partition: partitionIndex,
        replicas,
        adding: addingReplicas,
        removing: removingReplicas,
      })),
    )
    .sort(byName);
}

/** Begins moves, or with replicas of null ends them where they are. Ends with a sentence when one is refused. */
export async function alterAssignments(
  requests: KafkaRequests,
  wanted: readonly {
    readonly topic: string;
    readonly partition: number;
    readonly replicas: readonly number[] | null;
  }[],
): Promise<void> {
  const topics = Map.groupBy(wanted, ({ topic }) => topic);
  const answer = await requests.sendToAny('AlterPartitionReassignments', {
    topics: [...topics].map(([name, partitions]) => ({
      name,
      partitions: partitions.map(({ partition, replicas }) => ({
        partitionIndex: partition,
        replicas: replicas === null ? null : [...replicas],
      })),
    })),
  });
  await failOn(answer.errorCode, answer.errorMessage);
  const refused: string[] = [];
  for (const { name, partitions } of answer.responses) {
    for (const { partitionIndex, errorCode, errorMessage } of partitions) {
      await failOn(errorCode, errorMessage, `${name}-${partitionIndex}`).catch((failure: unknown) => {
        if (!(failure instanceof Failure)) throw failure;
        refused.push(failure.message);
      });
    }
  }
  if (refused.length > 0) throw new Failure(refused.join('\n'));
}

function byName(left: PartitionReplicas, right: PartitionReplicas): number {
  return left.topic === right.topic ? left.partition - right.partition : left.topic < right.topic ? -1 : 1;
}
