import type { ReplyTo } from '../../coordination/coordinator-machine.ts';
import { ErrorCode } from '../../protocol/errors.ts';
import type { Decoded } from '../../protocol/message.ts';
import type { syncGroupRequest } from '../../protocol/messages/sync-group-request.ts';
import { classicGroupRecord } from '../group-records.ts';
import { type ClassicGroup, type SyncGroupResponse, validateMember } from './classic-group.ts';
import type { GroupStep } from './group-step.ts';
import { answerSyncs, enter, forgetMissingSync } from './rebalance.ts';

export type SyncGroupRequest = Decoded<typeof syncGroupRequest>;

/** SyncGroup to a group with members. Followers are held until the leader's assignment is stored. */
export function syncGroup(
  step: GroupStep,
  request: SyncGroupRequest,
  replyTo: ReplyTo<SyncGroupResponse>,
): void {
  const { group } = step;
  const errorCode = validateSync(group, request);
  const member = group.members.get(request.memberId);
  if (errorCode !== ErrorCode.NONE || member === undefined) {
    step.answers.push(replyTo.answer({ errorCode }));
    return;
  }
  forgetMissingSync(step, member.memberId);
  if (group.state === 'Stable') {
    step.answers.push(
      replyTo.answer({
        protocolType: group.protocolType,
        protocolName: group.protocolName,
        assignment: member.assignment,
      }),
    );
    return;
  }
  if (member.awaitingSync !== null) {
    // A client that asks again has given up its former request; nobody may wait for ever on its connection.
    step.answers.push(member.awaitingSync.answer({ errorCode: ErrorCode.REBALANCE_IN_PROGRESS }));
  }
  group.members.set(member.memberId, { ...member, awaitingSync: replyTo });
  if (group.leaderId === member.memberId) assign(step, request);
}

function validateSync(group: ClassicGroup, request: SyncGroupRequest): number {
  const errorCode = validateMember(group, request.memberId, request.groupInstanceId);
  if (errorCode !== ErrorCode.NONE) return errorCode;
  if (request.generationId !== group.generationId) return ErrorCode.ILLEGAL_GENERATION;
  if (
    contradicts(request.protocolType, group.protocolType) ||
    contradicts(request.protocolName, group.protocolName)
  ) {
    return ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
  }
  return group.state === 'PreparingRebalance' ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
}

/** Before version 5 a member does not say what it believes. */
function contradicts(claimed: string | null, actual: string | null): boolean {
  return claimed !== null && actual !== null && claimed !== actual;
}

function assign(step: GroupStep, request: SyncGroupRequest): void {
  const { group } = step;
  const assignments = new Map(
    request.assignments.map(({ assignment, memberId }) => [memberId, assignment.slice()]),
  );
  for (const member of group.members.values()) {
    const assignment = assignments.get(member.memberId) ?? new Uint8Array(0);
    group.members.set(member.memberId, { ...member, assignment });
  }
  enter(step, 'Stable');
  step.records.push(classicGroupRecord(group));
  answerSyncs(step, ErrorCode.NONE);
}
