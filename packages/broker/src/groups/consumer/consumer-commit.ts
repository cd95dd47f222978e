import { ErrorCode } from '../../protocol/errors.ts';
import type { ConsumerGroup, GroupView } from './consumer-group.ts';
import type { ConsumerMember } from './consumer-member.ts';

/** First version of OffsetCommit whose clients know of member epochs. */
const MEMBER_EPOCHS_FROM = 9;

/** Who asks for offsets; before version 9 of OffsetFetch nobody says. */
export interface FetchingMember {
  readonly memberId: string | null;
  readonly memberEpoch: number;
}

/** A commit of one member, by whichever API. */
interface Commit {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly generationIdOrMemberEpoch: number;
  readonly topics: readonly {
    readonly topicId: string;
    readonly partitions: readonly { readonly partitionIndex: number }[];
  }[];
}

/**
 * Whether a commit is in order for the group as it stands. An epoch that the member has left is fine for partitions
 * that it has had since then or longer: no other member can have committed for them meanwhile. `transactional`
 * commits may come without any member.
 */
export function validateConsumerCommit(
  group: ConsumerGroup,
  commit: Commit,
  { apiVersion, transactional = false }: { apiVersion: number; transactional?: boolean },
): number {
  const { generationIdOrMemberEpoch: epoch, groupInstanceId, memberId, topics } = commit;
  if (epoch < 0 && group.memberCount === 0) return ErrorCode.NONE;
  if (transactional && epoch === -1 && memberId === '' && groupInstanceId === null) return ErrorCode.NONE;
  const member = group.member(memberId);
  if (member === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
  if (!transactional && member.classic === null && apiVersion < MEMBER_EPOCHS_FROM) {
    return ErrorCode.UNSUPPORTED_VERSION;
  }
  if (epoch === member.memberEpoch) return ErrorCode.NONE;
  const isCovered =
    epoch < member.memberEpoch &&
    topics.every(({ partitions, topicId }) =>
      partitions.every(({ partitionIndex }) => epoch >= ownedSince(member, topicId, partitionIndex)),
    );
  return isCovered ? ErrorCode.NONE : staleEpoch(member);
}

/** Whether offsets may be told to a member of this epoch; null and -1 come from no member. */
export function validateConsumerFetch(
  group: ConsumerGroup,
  { memberEpoch, memberId }: FetchingMember,
  view: GroupView,
): number {
  if (memberId === null && memberEpoch < 0) return ErrorCode.NONE;
  const member = memberId === null ? undefined : group.member(memberId, view);
  if (member === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
  return memberEpoch === member.memberEpoch ? ErrorCode.NONE : staleEpoch(member);
}

function ownedSince(member: ConsumerMember, topicId: string, partition: number): number {
  return (
    member.assigned.get(topicId)?.get(partition) ??
    member.pendingRevocation.get(topicId)?.get(partition) ??
    Number.POSITIVE_INFINITY
  );
}

function staleEpoch(member: ConsumerMember): number {
  return member.classic === null ? ErrorCode.STALE_MEMBER_EPOCH : ErrorCode.ILLEGAL_GENERATION;
}
