import type { MetadataImage } from '../metadata/metadata-image.ts';
import { partitionOf } from '../metadata/metadata-image.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Decoded, Encodable } from '../protocol/message.ts';
import { listOffsetsRequest } from '../protocol/messages/list-offsets-request.ts';
import { listOffsetsResponse } from '../protocol/messages/list-offsets-response.ts';
import { type FoundOffset, findOffset, Timestamp } from '../replication/offset-lookup.ts';
import type { Replicas } from '../replication/replicas.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import type { Handler, RequestContext } from './handler.ts';

export interface ListOffsetsNeeds {
  readonly image: () => MetadataImage;
  readonly replicas: Replicas;
  readonly authorizer: Authorizer;
}

type ListOffsetsRequest = Decoded<typeof listOffsetsRequest>;
type PartitionRequest = ListOffsetsRequest['topics'][number]['partitions'][number];
type TopicAnswer = NonNullable<Encodable<typeof listOffsetsResponse>['topics']>[number];
type PartitionAnswer = NonNullable<TopicAnswer['partitions']>[number];

const CONSUMER = -1;
const READ_COMMITTED = 1;
const FIRST_VERSION_WITH_OFFSET_NOT_AVAILABLE = 5;

/** The version from which each negative timestamp has its meaning. */
const FIRST_VERSION_OF: ReadonlyMap<number, number> = new Map([
  [Timestamp.EARLIEST, 0],
  [Timestamp.LATEST, 0],
  [Timestamp.MAX, 7],
  [Timestamp.EARLIEST_LOCAL, 8],
  [Timestamp.LATEST_TIERED, 9],
  [Timestamp.EARLIEST_PENDING_UPLOAD, 11],
]);

/**
 * ListOffsets (key 2), versions 0–11. The first offset whose record has the timestamp asked for or a later one, or
 * what a negative timestamp stands for; -1 when there is none. Version 0, which old Burrow sends, gets a list of
 * offsets, the newest first. Timestamps beyond ±2^53 are as good as infinite (decision 14).
 */
export function listOffsetsHandler(
  needs: ListOffsetsNeeds,
): Handler<typeof listOffsetsRequest, typeof listOffsetsResponse> {
  return {
    request: listOffsetsRequest,
    response: listOffsetsResponse,
    handle: (request, context) => listOffsets(needs, request, context),
    refuse: (errorCode, request) => ({
      topics: request.topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => failed(partitionIndex, errorCode)),
      })),
    }),
  };
}

async function listOffsets(
  needs: ListOffsetsNeeds,
  request: ListOffsetsRequest,
  context: RequestContext,
): Promise<Encodable<typeof listOffsetsResponse>> {
  const duplicates = duplicatesIn(request);
  const refused = new Set<string>();
  const topics: TopicAnswer[] = [];
  for (const { name, partitions } of request.topics) {
    const isAllowed = needs.authorizer.isAllowed(context.principal, AclOperation.DESCRIBE, 'topic', name);
    const answers: PartitionAnswer[] = [];
    for (const partition of partitions) {
      const { partitionIndex } = partition;
      if (!isAllowed) answers.push(failed(partitionIndex, ErrorCode.TOPIC_AUTHORIZATION_FAILED));
      else if (duplicates.has(`${name}-${partitionIndex}`)) {
        // Asked for twice, refused once: that is how Kafka answers.
        if (!refused.has(`${name}-${partitionIndex}`)) {
          answers.push(failed(partitionIndex, ErrorCode.INVALID_REQUEST));
        }
        refused.add(`${name}-${partitionIndex}`);
      } else answers.push(await lookUp(needs, { request, name, partition, context }));
    }
    topics.push({ name, partitions: answers });
  }
  return { topics };
}

async function lookUp(
  needs: ListOffsetsNeeds,
  options: {
    request: ListOffsetsRequest;
    name: string;
    partition: PartitionRequest;
    context: RequestContext;
  },
): Promise<PartitionAnswer> {
  const { request, name, partition, context } = options;
  const { partitionIndex, timestamp, currentLeaderEpoch } = partition;
  if (timestamp < 0 && context.apiVersion < (FIRST_VERSION_OF.get(timestamp) ?? Number.POSITIVE_INFINITY)) {
    return failed(partitionIndex, ErrorCode.UNSUPPORTED_VERSION);
  }
  const replica = needs.replicas.get(name, partitionIndex);
  if (replica === undefined) {
    const isKnown = partitionOf(needs.image(), name, partitionIndex) !== undefined;
    return failed(
      partitionIndex,
      isKnown ? needs.replicas.absenceOf(name, partitionIndex) : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    );
  }
  const found = await findOffset(replica, {
    timestamp,
    currentLeaderEpoch,
    requireLeader: request.replicaId !== -2,
    isolation:
      request.replicaId !== CONSUMER
        ? 'log-end'
        : request.isolationLevel === READ_COMMITTED
          ? 'last-stable-offset'
          : 'high-watermark',
  });
  if (found.errorCode !== ErrorCode.NONE) {
    return failed(partitionIndex, errorFor(found.errorCode, context.apiVersion));
  }
  if (context.apiVersion === 0) {
    return {
      partitionIndex,
      oldStyleOffsets: oldStyle(found, replica.log.logStartOffset, partition.maxNumOffsets),
    };
  }
  const leaderEpoch = context.apiVersion >= 4 ? found.leaderEpoch : -1;
  return { partitionIndex, timestamp: found.timestamp, offset: found.offset, leaderEpoch };
}

/** Version 0 lists offsets from the one found down to the log start. */
function oldStyle(found: FoundOffset, logStartOffset: number, maxNumOffsets: number): number[] {
  const offsets = found.offset > logStartOffset ? [found.offset, logStartOffset] : [logStartOffset];
  return offsets.slice(0, Math.max(0, maxNumOffsets));
}

function errorFor(errorCode: number, apiVersion: number): number {
  return errorCode === ErrorCode.OFFSET_NOT_AVAILABLE && apiVersion < FIRST_VERSION_WITH_OFFSET_NOT_AVAILABLE
    ? ErrorCode.LEADER_NOT_AVAILABLE
    : errorCode;
}

function duplicatesIn(request: ListOffsetsRequest): ReadonlySet<string> {
  const seen = new Set<string>();
  const duplicates = new Set<string>();
  for (const { name, partitions } of request.topics) {
    for (const { partitionIndex } of partitions) {
      const key = `${name}-${partitionIndex}`;
      if (seen.has(key)) duplicates.add(key);
      seen.add(key);
    }
  }
  return duplicates;
}

function failed(partitionIndex: number, errorCode: number): PartitionAnswer {
  return { partitionIndex, errorCode };
}
