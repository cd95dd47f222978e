import { ErrorCode } from '../../protocol/errors.ts';
import { ownsOnly, type TopicPartitions } from './assignment.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import { type ConsumerMember, JOINING_EPOCH, LEAVING_FOR_NOW_EPOCH, newMember } from './consumer-member.ts';
import type { Refusal } from './consumer-step.ts';

export interface MemberClaim {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly memberEpoch: number;
  readonly owned: readonly TopicPartitions[] | null;
}

/**
 * The member that a heartbeat speaks for. One that joins under the instance id of another takes its place: it is
 * `replaced`, and `member` begins with what that one had.
 */
export interface MemberFound {
  readonly member: ConsumerMember;
  readonly replaced: ConsumerMember | null;
}

export function findMember(group: ConsumerGroup, claim: MemberClaim): MemberFound | Refusal {
  return claim.instanceId === null
    ? findDynamicMember(group, claim)
    : findStaticMember(group, claim, claim.instanceId);
}

/** The same for a JoinGroup, whose sender has no epoch. */
export function findJoiningMember(
  group: ConsumerGroup,
  { instanceId, isNew, memberId }: { memberId: string; instanceId: string | null; isNew: boolean },
): MemberFound | Refusal {
  if (instanceId === null) return { member: group.member(memberId) ?? newMember(memberId), replaced: null };
  const owner = group.staticMember(instanceId);
  if (!isNew)
    return owner === undefined ? unknownInstance(instanceId) : ownMember(owner, memberId, instanceId);
  if (owner === undefined) return { member: newMember(memberId), replaced: null };
  return successor(owner, memberId);
}

/** The member of a request by the classic protocol; an instance id must be that member's own. */
export function identifiedMember(
  group: ConsumerGroup,
  { groupInstanceId, memberId }: { memberId: string; groupInstanceId: string | null },
): ConsumerMember | Refusal {
  if (groupInstanceId === null) return group.member(memberId) ?? unknownMember(group, memberId);
  const owner = group.staticMember(groupInstanceId);
  if (owner === undefined) return unknownInstance(groupInstanceId);
  const found = ownMember(owner, memberId, groupInstanceId);
  return 'errorCode' in found ? found : found.member;
}

export function unknownMember({ groupId }: ConsumerGroup, memberId: string): Refusal {
  return {
    errorCode: ErrorCode.UNKNOWN_MEMBER_ID,
    message: `Member ${memberId} is not a member of group ${groupId}.`,
  };
}

export function unknownInstance(instanceId: string): Refusal {
  return { errorCode: ErrorCode.UNKNOWN_MEMBER_ID, message: `Instance id ${instanceId} is unknown.` };
}

/** Only the member that has the instance id at present may speak under it. */
export function ownMember(
  owner: ConsumerMember,
  memberId: string,
  instanceId: string,
): MemberFound | Refusal {
  if (owner.memberId === memberId) return { member: owner, replaced: null };
  return {
    errorCode: ErrorCode.FENCED_INSTANCE_ID,
    message: `Static member ${memberId} with instance id ${instanceId} was fenced by member ${owner.memberId}.`,
  };
}

function findDynamicMember(group: ConsumerGroup, claim: MemberClaim): MemberFound | Refusal {
  const { memberEpoch, memberId } = claim;
  const known = group.member(memberId);
  if (known === undefined && memberEpoch !== JOINING_EPOCH) return unknownMember(group, memberId);
  const member = known ?? newMember(memberId);
  return wrongEpoch(member, claim) ?? { member, replaced: null };
}

function findStaticMember(
  group: ConsumerGroup,
  claim: MemberClaim,
  instanceId: string,
): MemberFound | Refusal {
  const { memberEpoch, memberId } = claim;
  const owner = group.staticMember(instanceId);
  if (memberEpoch !== JOINING_EPOCH) {
    if (owner === undefined) return unknownInstance(instanceId);
    const found = ownMember(owner, memberId, instanceId);
    return 'errorCode' in found ? found : (wrongEpoch(owner, claim) ?? found);
  }
  if (owner === undefined) return { member: group.member(memberId) ?? newMember(memberId), replaced: null };
  // A member that speaks the classic protocol cannot say that it has left, so whoever comes takes its place.
  if (owner.classic === null && owner.memberEpoch !== LEAVING_FOR_NOW_EPOCH) {
    return {
      errorCode: ErrorCode.UNRELEASED_INSTANCE_ID,
      message:
        `Static member ${memberId} with instance id ${instanceId} cannot join the group because the instance id ` +
        `is owned by ${owner.memberId} member.`,
    };
  }
  return successor(owner, memberId);
}

function successor(owner: ConsumerMember, memberId: string): MemberFound {
  return {
    member: { ...owner, memberId, memberEpoch: JOINING_EPOCH, previousMemberEpoch: JOINING_EPOCH },
    replaced: owner,
  };
}

/** The epoch before is fine from a member that missed the answer with the new one, and has nothing else meanwhile. */
function wrongEpoch(member: ConsumerMember, { memberEpoch, owned }: MemberClaim): Refusal | null {
  if (memberEpoch === JOINING_EPOCH || memberEpoch === member.memberEpoch) return null;
  const missedAnswer =
    memberEpoch < member.memberEpoch &&
    memberEpoch === member.previousMemberEpoch &&
    owned !== null &&
    ownsOnly(owned, member.assigned);
  if (missedAnswer) return null;
  const greater = memberEpoch > member.memberEpoch ? 'greater' : 'smaller';
  return {
    errorCode: ErrorCode.FENCED_MEMBER_EPOCH,
    message:
      `The consumer group member has a ${greater} member epoch (${memberEpoch}) than the one known by the group ` +
      `coordinator (${member.memberEpoch}). The member must abandon all its partitions and rejoin.`,
  };
}
