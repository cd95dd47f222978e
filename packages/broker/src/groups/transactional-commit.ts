import type { Instant } from '../coordination/coordinator-machine.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Decoded, Encodable } from '../protocol/message.ts';
import type { txnOffsetCommitRequest } from '../protocol/messages/txn-offset-commit-request.ts';
import type { txnOffsetCommitResponse } from '../protocol/messages/txn-offset-commit-response.ts';
import { validateMember } from './classic/classic-group.ts';
import { validateConsumerCommit } from './consumer/consumer-commit.ts';
import type { Group } from './group.ts';
import { type CommitOutcome, commitOffsets, type OffsetCommitRequest } from './offset-commit.ts';

type NamedTopic = Decoded<typeof txnOffsetCommitRequest>['topics'][number];

/** A request, with the ids of its topics as the metadata has them. */
export type TxnOffsetCommitRequest = Omit<Decoded<typeof txnOffsetCommitRequest>, 'topics'> & {
  readonly topics: readonly (NamedTopic & { readonly topicId: string })[];
};
export type TxnOffsetCommitResponse = Encodable<typeof txnOffsetCommitResponse>;

/** Retention that is left to the broker. */
const DEFAULT_RETENTION = -1;

/**
 * Whether a producer may commit for the group in its transaction; undefined: there is no such group. Other than a
 * consumer it may do so while the group rebalances, and without saying for which member (before KIP-447).
 */
export function validateTransactionalCommit(
  group: Group | undefined,
  request: TxnOffsetCommitRequest,
  apiVersion: number,
): number {
  const { generationId, groupInstanceId, memberId } = request;
  if (group === undefined) return generationId < 0 ? ErrorCode.NONE : ErrorCode.ILLEGAL_GENERATION;
  if (group.type === 'consumer') {
    const options = { apiVersion, transactional: true };
    const errorCode = validateConsumerCommit(group, commitOf(request), options);
    return errorCode === ErrorCode.STALE_MEMBER_EPOCH ? ErrorCode.ILLEGAL_GENERATION : errorCode;
  }
  if (generationId < 0 && group.state === 'Empty') return ErrorCode.NONE;
  if (generationId < 0 && memberId === '' && groupInstanceId === null) return ErrorCode.NONE;
  const errorCode = validateMember(group, memberId, groupInstanceId);
  if (errorCode !== ErrorCode.NONE) return errorCode;
  return generationId === group.generationId ? ErrorCode.NONE : ErrorCode.ILLEGAL_GENERATION;
}

/** What a valid commit stores when its transaction is committed. */
export function commitInTransaction(
  request: TxnOffsetCommitRequest,
  options: { metadataMaxBytes: number; now: Instant },
): Omit<CommitOutcome, 'response'> & { readonly response: TxnOffsetCommitResponse } {
  const outcome = commitOffsets(commitOf(request), options);
  const topics = (outcome.response.topics ?? []).map(({ name = '', partitions = [] }) => ({
    name,
    partitions,
  }));
  return { ...outcome, response: { topics } };
}

function commitOf({ generationId, ...request }: TxnOffsetCommitRequest): OffsetCommitRequest {
  const { groupId, memberId, groupInstanceId, topics } = request;
  return {
    ...{ groupId, memberId, groupInstanceId, topics },
    generationIdOrMemberEpoch: generationId,
    retentionTimeMs: DEFAULT_RETENTION,
  };
}

/** The answer that says the same of every partition of the request. */
export function refuseCommit(
  { topics }: Pick<Decoded<typeof txnOffsetCommitRequest>, 'topics'>,
  errorCode: number,
): TxnOffsetCommitResponse {
  return {
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
    })),
  };
}
