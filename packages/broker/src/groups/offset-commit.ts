import type { CoordinatorRecord, Instant } from '../coordination/coordinator-machine.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Decoded, Encodable } from '../protocol/message.ts';
import type { offsetCommitRequest } from '../protocol/messages/offset-commit-request.ts';
import type { offsetCommitResponse } from '../protocol/messages/offset-commit-response.ts';
import { validateMember } from './classic/classic-group.ts';
import { validateConsumerCommit } from './consumer/consumer-commit.ts';
import type { Group } from './group.ts';
import { offsetRecord } from './group-records.ts';
import type { CommittedOffset, OffsetKey } from './offset-store.ts';

export type OffsetCommitRequest = Decoded<typeof offsetCommitRequest>;
export type OffsetCommitResponse = Encodable<typeof offsetCommitResponse>;

/** Retention of an OffsetCommit v2 that leaves it to the broker. */
const DEFAULT_RETENTION = -1;
/** First version whose clients know GROUP_ID_NOT_FOUND as an answer to a commit (KIP-848). */
const GROUP_ID_NOT_FOUND_FROM = 9;

/** Whether a commit is in order for the group as it stands; undefined: there is no such group. */
export function validateCommit(
  group: Group | undefined,
  request: OffsetCommitRequest,
  apiVersion: number,
): number {
  const { generationIdOrMemberEpoch: generationId, groupInstanceId, memberId } = request;
  if (group === undefined) {
    // Without a generation it comes from an admin or a consumer that assigns itself; the group comes into being.
    if (generationId < 0) return ErrorCode.NONE;
    return apiVersion >= GROUP_ID_NOT_FOUND_FROM
      ? ErrorCode.GROUP_ID_NOT_FOUND
      : ErrorCode.ILLEGAL_GENERATION;
  }
  if (group.type === 'consumer') return validateConsumerCommit(group, request, { apiVersion });
  if (generationId < 0 && group.state === 'Empty') return ErrorCode.NONE;
  if (generationId >= 0 || memberId !== '' || groupInstanceId !== null) {
    const errorCode = validateMember(group, memberId, groupInstanceId);
    if (errorCode !== ErrorCode.NONE) return errorCode;
    if (generationId !== group.generationId) return ErrorCode.ILLEGAL_GENERATION;
  } else if (group.state !== 'Empty') {
    return ErrorCode.UNKNOWN_MEMBER_ID;
  }
  return group.state === 'CompletingRebalance' ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
}

export interface CommitOutcome {
  readonly response: OffsetCommitResponse;
  readonly offsets: readonly { readonly key: OffsetKey; readonly offset: CommittedOffset }[];
  readonly records: readonly CoordinatorRecord[];
}

/** What a valid commit stores; a partition whose metadata is too long is refused by itself. */
export function commitOffsets(
  request: OffsetCommitRequest,
  { metadataMaxBytes, now }: { metadataMaxBytes: number; now: Instant },
): CommitOutcome {
  const offsets: { key: OffsetKey; offset: CommittedOffset }[] = [];
  const expiresAtMs =
    request.retentionTimeMs === DEFAULT_RETENTION ? null : now.wallMs + request.retentionTimeMs;
  const topics = request.topics.map((topic) => ({
    name: topic.name,
    topicId: topic.topicId,
    partitions: topic.partitions.map((partition) => {
      const { partitionIndex } = partition;
      const metadata = partition.committedMetadata ?? '';
      if (metadata.length > metadataMaxBytes) {
        return { partitionIndex, errorCode: ErrorCode.OFFSET_METADATA_TOO_LARGE };
      }
      offsets.push({
        key: { groupId: request.groupId, topic: topic.name, partition: partitionIndex },
        offset: {
          topicId: topic.topicId,
          offset: partition.committedOffset,
          leaderEpoch: partition.committedLeaderEpoch,
          metadata,
          committedAtMs: now.wallMs,
          expiresAtMs,
        },
      });
      return { partitionIndex, errorCode: ErrorCode.NONE };
    }),
  }));
  return {
    response: { topics },
    offsets,
    records: offsets.map(({ key, offset }) => offsetRecord(key, offset)),
  };
}
