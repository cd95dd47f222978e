import { ErrorCode } from '../../protocol/errors.ts';
import type { Decoded, Encodable } from '../../protocol/message.ts';
import type { leaveGroupRequest } from '../../protocol/messages/leave-group-request.ts';
import type { leaveGroupResponse } from '../../protocol/messages/leave-group-response.ts';
import { memberIdOfInstance, validateMember } from './classic-group.ts';
import type { GroupStep } from './group-step.ts';
import { completeJoinIfAllCame, dropMember, prepareRebalance } from './rebalance.ts';

/** The reason (KIP-800) is for the log. */
export type LeavingMember = Decoded<typeof leaveGroupRequest>['members'][number];
export type MemberLeft = NonNullable<Encodable<typeof leaveGroupResponse>['members']>[number];

/**
 * LeaveGroup, several members at once. A member without an id names a static one: that is how an administrator
 * removes it.
 */
export function leaveGroup(step: GroupStep, leaving: readonly LeavingMember[]): MemberLeft[] {
  const results = leaving.map((identity) => ({ ...identity, errorCode: removeLeaving(step, identity) }));
  if (results.some(({ errorCode }) => errorCode === ErrorCode.NONE)) {
    const { state } = step.group;
    if (state === 'PreparingRebalance') completeJoinIfAllCame(step);
    else if (state !== 'Empty') {
      const left = results.filter(({ errorCode }) => errorCode === ErrorCode.NONE);
      prepareRebalance(step, left.map(whyLeft).join('; '));
    }
  }
  return results.map(({ errorCode, groupInstanceId, memberId }) => ({
    memberId,
    groupInstanceId,
    errorCode,
  }));
}

function whyLeft({ groupInstanceId, memberId, reason }: LeavingMember): string {
  return `member ${memberId || groupInstanceId} left: ${reason || 'no reason given'}`;
}

function removeLeaving(step: GroupStep, { groupInstanceId, memberId }: LeavingMember): number {
  const { group } = step;
  if (memberId !== '' && group.pendingMembers.has(memberId)) {
    dropMember(step, memberId);
    return ErrorCode.NONE;
  }
  if (memberId !== '') {
    const errorCode = validateMember(group, memberId, groupInstanceId);
    if (errorCode !== ErrorCode.NONE) return errorCode;
  }
  const leavingId =
    memberId === '' && groupInstanceId !== null ? memberIdOfInstance(group, groupInstanceId) : memberId;
  const member = leavingId === null ? undefined : group.members.get(leavingId);
  if (member === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
  dropMember(step, member.memberId);
  return ErrorCode.NONE;
}
