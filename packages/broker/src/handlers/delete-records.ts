import { type MetadataImage, partitionOf } from '../metadata/metadata-image.ts';
import { isInternalTopic } from '../metadata/topic-name.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Encodable } from '../protocol/message.ts';
import { deleteRecordsRequest } from '../protocol/messages/delete-records-request.ts';
import { deleteRecordsResponse } from '../protocol/messages/delete-records-response.ts';
import type { Replicas } from '../replication/replicas.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import type { Handler } from './handler.ts';

export interface DeleteRecordsNeeds {
  readonly image: () => MetadataImage;
  readonly replicas: Replicas;
  readonly authorizer: Authorizer;
}

type TopicAnswer = NonNullable<Encodable<typeof deleteRecordsResponse>['topics']>[number];
type PartitionAnswer = NonNullable<TopicAnswer['partitions']>[number];

/**
 * DeleteRecords (key 21), versions 0–2. Moves the log start of each partition to the offset, -1 standing for the
 * high watermark; answers the new log start as low watermark.
 */
export function deleteRecordsHandler(
  needs: DeleteRecordsNeeds,
): Handler<typeof deleteRecordsRequest, typeof deleteRecordsResponse> {
  return {
    request: deleteRecordsRequest,
    response: deleteRecordsResponse,
    handle: (request, context) => ({
      topics: request.topics.map(({ name, partitions }) => {
        const isAllowed = needs.authorizer.isAllowed(context.principal, AclOperation.DELETE, 'topic', name);
        const answers = partitions.map(({ partitionIndex, offset }) =>
          isAllowed
            ? deleteRecords(needs, { name, partitionIndex, offset })
            : failed(partitionIndex, ErrorCode.TOPIC_AUTHORIZATION_FAILED),
        );
        return { name, partitions: answers };
      }),
    }),
    refuse: (errorCode, request) => ({
      topics: request.topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => failed(partitionIndex, errorCode)),
      })),
    }),
  };
}

function deleteRecords(
  needs: DeleteRecordsNeeds,
  target: { name: string; partitionIndex: number; offset: number },
): PartitionAnswer {
  const { name, partitionIndex, offset } = target;
  if (partitionOf(needs.image(), name, partitionIndex) === undefined) {
    return failed(partitionIndex, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  }
  if (isInternalTopic(name)) return failed(partitionIndex, ErrorCode.INVALID_TOPIC_EXCEPTION);
  const partition = needs.replicas.get(name, partitionIndex);
  if (partition === undefined) return failed(partitionIndex, needs.replicas.absenceOf(name, partitionIndex));
  const errorCode = partition.deleteRecordsBefore(offset);
  if (errorCode !== ErrorCode.NONE) return failed(partitionIndex, errorCode);
  return { partitionIndex, lowWatermark: partition.log.logStartOffset };
}

function failed(partitionIndex: number, errorCode: number): PartitionAnswer {
  return { partitionIndex, lowWatermark: -1, errorCode };
}
