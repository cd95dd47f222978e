import { type MetadataImage, partitionOf } from '../metadata/metadata-image.ts';
import { isInternalTopic } from '../metadata/topic-name.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Encodable } from '../protocol/message.ts';
import { deleteRecordsRequest } from '../protocol/messages/delete-records-request.ts';
import { deleteRecordsResponse } from '../protocol/messages/delete-records-response.ts';
import type { Partition } from '../replication/partition.ts';
import type { Replicas } from '../replication/replicas.ts';
import type { Clock } from '../runtime/clock.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import type { Handler } from './handler.ts';

export interface DeleteRecordsNeeds {
  readonly image: () => MetadataImage;
  readonly replicas: Replicas;
  readonly authorizer: Authorizer;
  readonly clock: Clock;
}

type TopicAnswer = NonNullable<Encodable<typeof deleteRecordsResponse>['topics']>[number];
type PartitionAnswer = NonNullable<TopicAnswer['partitions']>[number];

/**
 * DeleteRecords (key 21), versions 0–2. Moves the log start of each partition to the offset, -1 standing for the
 * high watermark; answers the low watermark when no active replica has the records any more, or REQUEST_TIMED_OUT.
 */
export function deleteRecordsHandler(
  needs: DeleteRecordsNeeds,
): Handler<typeof deleteRecordsRequest, typeof deleteRecordsResponse> {
  return {
    request: deleteRecordsRequest,
    response: deleteRecordsResponse,
    handle: async (request, context) => {
      const timeout = timeoutOf(needs.clock, request.timeoutMs);
      const topics = request.topics.map(async ({ name, partitions }) => {
        const isAllowed = needs.authorizer.isAllowed(context.principal, AclOperation.DELETE, 'topic', name);
        const answers = partitions.map(({ partitionIndex, offset }) =>
          isAllowed
            ? deleteRecords(needs, { name, partitionIndex, offset, timedOut: timeout.passed })
            : failed(partitionIndex, ErrorCode.TOPIC_AUTHORIZATION_FAILED),
        );
        return { name, partitions: await Promise.all(answers) };
      });
      try {
        return { topics: await Promise.all(topics) };
      } finally {
        timeout.cancel();
      }
    },
    refuse: (errorCode, request) => ({
      topics: request.topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => failed(partitionIndex, errorCode)),
      })),
    }),
  };
}

async function deleteRecords(
  needs: DeleteRecordsNeeds,
  target: { name: string; partitionIndex: number; offset: number; timedOut: Promise<number> },
): Promise<PartitionAnswer> {
  const { name, partitionIndex, offset, timedOut } = target;
  const partition = partitionFor(needs, name, partitionIndex);
  if (typeof partition === 'number') return failed(partitionIndex, partition);
  const deletion = partition.deleteRecordsBefore(offset);
  if (deletion.kind === 'refused') return failed(partitionIndex, deletion.errorCode);
  const errorCode = await Promise.race([deletion.done, timedOut]);
  if (errorCode !== ErrorCode.NONE && errorCode !== ErrorCode.REQUEST_TIMED_OUT) {
    return failed(partitionIndex, errorCode);
  }
  return { partitionIndex, lowWatermark: partition.lowWatermark, errorCode };
}

/** The partition, or why there is nothing to be deleted from it. */
function partitionFor(needs: DeleteRecordsNeeds, name: string, index: number): Partition | number {
  if (partitionOf(needs.image(), name, index) === undefined) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  if (isInternalTopic(name)) return ErrorCode.INVALID_TOPIC_EXCEPTION;
  return needs.replicas.get(name, index) ?? needs.replicas.absenceOf(name, index);
}

function timeoutOf(clock: Clock, timeoutMs: number): { passed: Promise<number>; cancel: () => void } {
  const passed = Promise.withResolvers<number>();
  const timer = clock.after(Math.max(0, timeoutMs), () => passed.resolve(ErrorCode.REQUEST_TIMED_OUT));
  return { passed: passed.promise, cancel: () => timer.cancel() };
}

function failed(partitionIndex: number, errorCode: number): PartitionAnswer {
  return { partitionIndex, lowWatermark: -1, errorCode };
}
