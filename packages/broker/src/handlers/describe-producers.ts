import { type MetadataImage, partitionOf } from '../metadata/metadata-image.ts';
import { invalidTopicName } from '../metadata/topic-name.ts';
import { ErrorCode, errorOf } from '../protocol/errors.ts';
import type { Encodable } from '../protocol/message.ts';
import { describeProducersRequest } from '../protocol/messages/describe-producers-request.ts';
import { describeProducersResponse } from '../protocol/messages/describe-producers-response.ts';
import type { Replicas } from '../replication/replicas.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import type { Principal } from '../security/principal.ts';
import type { Handler } from './handler.ts';

export interface DescribeProducersNeeds {
  readonly image: () => MetadataImage;
  readonly replicas: Replicas;
  readonly authorizer: Authorizer;
}

type TopicAnswer = NonNullable<Encodable<typeof describeProducersResponse>['topics']>[number];
type PartitionAnswer = NonNullable<TopicAnswer['partitions']>[number];

/** DescribeProducers (key 61), version 0 (KIP-664): what a replica of a partition, leader or not, knows of those who write to it. */
export function describeProducersHandler(
  needs: DescribeProducersNeeds,
): Handler<typeof describeProducersRequest, typeof describeProducersResponse> {
  return {
    request: describeProducersRequest,
    response: describeProducersResponse,
    handle: (request, { principal }) => ({
      topics: request.topics.map(({ name, partitionIndexes }) => {
        const refusal = topicRefusal(needs, principal, name);
        return {
          name,
          partitions: partitionIndexes.map((partitionIndex) =>
            refusal === null ? describe(needs, name, partitionIndex) : { partitionIndex, ...refusal },
          ),
        };
      }),
    }),
    refuse: (errorCode, request) => ({
      topics: request.topics.map(({ name, partitionIndexes }) => ({
        name,
        partitions: partitionIndexes.map((partitionIndex) => ({ partitionIndex, errorCode })),
      })),
    }),
  };
}

/** Why nothing is told of any partition of the topic, or null. */
function topicRefusal(
  needs: DescribeProducersNeeds,
  principal: Principal,
  name: string,
): Pick<PartitionAnswer, 'errorCode' | 'errorMessage'> | null {
  const invalid = invalidTopicName(name);
  if (invalid !== null) return { errorCode: ErrorCode.INVALID_TOPIC_EXCEPTION, errorMessage: invalid };
  const isAllowed = needs.authorizer.isAllowed(principal, AclOperation.READ, 'topic', name);
  if (isAllowed && needs.image().topicsByName.has(name)) return null;
  const errorCode = isAllowed ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.TOPIC_AUTHORIZATION_FAILED;
  return { errorCode, errorMessage: errorOf(errorCode).message };
}

function describe(needs: DescribeProducersNeeds, name: string, partitionIndex: number): PartitionAnswer {
  const partition = needs.replicas.get(name, partitionIndex);
  if (partition === undefined) {
    const isKnown = partitionOf(needs.image(), name, partitionIndex) !== undefined;
    const errorCode = isKnown
      ? needs.replicas.absenceOf(name, partitionIndex)
      : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    return { partitionIndex, errorCode };
  }
  if (partition.log.isOffline) return { partitionIndex, errorCode: ErrorCode.KAFKA_STORAGE_ERROR };
  const activeProducers = [...partition.log.producers()].map((producer) => ({
    producerId: producer.producerId,
    producerEpoch: producer.epoch,
    lastSequence: producer.batches.at(-1)?.lastSequence ?? -1,
    lastTimestamp: producer.lastTimestamp,
    coordinatorEpoch: producer.coordinatorEpoch,
    currentTxnStartOffset: producer.currentTxnFirstOffset,
  }));
  return { partitionIndex, activeProducers };
}
