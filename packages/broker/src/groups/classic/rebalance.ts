import { ErrorCode } from '../../protocol/errors.ts';
import type { LogFields } from '../../runtime/logger.ts';
import { classicGroupRecord } from '../group-records.ts';
import {
  allMembersJoined,
  type ClassicGroup,
  type ClassicGroupState,
  type ClassicMember,
  currentSubscriptions,
  type JoinGroupResponse,
  longestRebalanceTimeoutMs,
  metadataFor,
  selectProtocol,
} from './classic-group.ts';
import type { GroupStep } from './group-step.ts';

const NO_ASSIGNMENT = new Uint8Array(0);

/**
 * Something changed that members must agree on anew: begins a rebalance, or goes on with the one under way. The
 * reason is for the log.
 */
export function rebalance(step: GroupStep, reason: string): void {
  if (step.group.state === 'PreparingRebalance') completeJoinIfAllCame(step);
  else prepareRebalance(step, reason);
}

/** From any state but PreparingRebalance: members are to join again. */
export function prepareRebalance(step: GroupStep, reason: string): void {
  const { config, group, now } = step;
  note(step, 'group rebalances', { reason });
  if (group.state === 'CompletingRebalance') abandonAssignment(step);
  group.syncPhase = null;
  const initial = group.state === 'Empty';
  enter(step, 'PreparingRebalance');
  if (initial) {
    const delayMs = config.initialRebalanceDelayMs;
    group.joinPhase = {
      kind: 'initial',
      endsAtMs: now.monotonicMs + delayMs,
      delayMs,
      remainingMs: Math.max(longestRebalanceTimeoutMs(group) - delayMs, 0),
      memberArrived: false,
    };
  } else if (allMembersJoined(group)) {
    completeJoin(step);
  } else {
    awaitRejoin(step);
  }
}

/** Goes on to the sync phase when nobody is missing; the first rebalance of a group always takes its time. */
export function completeJoinIfAllCame(step: GroupStep): void {
  const { group } = step;
  if (group.joinPhase?.kind === 'rejoin' && allMembersJoined(group)) completeJoin(step);
}

/** The join phase is over: members that did not come are out, the others get the new generation. */
export function completeJoin(step: GroupStep): void {
  const { group } = step;
  for (const { awaitingJoin, groupInstanceId, memberId } of [...group.members.values()]) {
    if (awaitingJoin !== null || groupInstanceId !== null) continue;
    note(step, 'member did not join in time', { memberId });
    dropMember(step, memberId);
  }
  if (!leaderHasJoined(step) && group.members.size > 0) {
    // Only static members are left and none came; their sessions decide when it ends.
    awaitRejoin(step);
    return;
  }
  group.joinPhase = null;
  group.syncPhase = null;
  group.generationId += 1;
  if (group.members.size === 0) {
    group.protocolName = null;
    enter(step, 'Empty');
    group.subscribedTopics = currentSubscriptions(group);
    step.records.push(classicGroupRecord(group));
    note(step, 'group is empty', {});
    return;
  }
  group.protocolName = selectProtocol(group);
  group.subscribedTopics = currentSubscriptions(group);
  enter(step, 'CompletingRebalance');
  announceGeneration(step);
  const { leaderId, members, protocolName } = group;
  note(step, 'group has a new generation', { members: members.size, leaderId, protocolName });
}

/** What a member is told about the present generation; the leader alone sees the others. */
export function generationFor(
  group: ClassicGroup,
  memberId: string,
  listMembers: boolean,
): JoinGroupResponse {
  return {
    errorCode: ErrorCode.NONE,
    generationId: group.generationId,
    protocolType: group.protocolType,
    protocolName: group.protocolName,
    leader: group.leaderId ?? '',
    skipAssignment: false,
    memberId,
    members: listMembers ? memberList(group) : [],
  };
}

/** Answers a held JoinGroup, if there is one. */
export function answerJoin(step: GroupStep, member: ClassicMember, response: JoinGroupResponse): void {
  if (member.awaitingJoin === null) return;
  step.answers.push(member.awaitingJoin.answer(response));
  step.group.members.set(member.memberId, { ...member, awaitingJoin: null });
}

/**
 * Takes a member out, and finds another leader when it led. A request of it that is still held is told that it is
 * unknown, so that a client that is alive begins anew.
 */
export function dropMember(step: GroupStep, memberId: string): void {
  const { group } = step;
  const member = group.members.get(memberId);
  const errorCode = ErrorCode.UNKNOWN_MEMBER_ID;
  if (member !== undefined) answerJoin(step, member, { memberId: '', errorCode, protocolName: null });
  if (member?.awaitingSync) step.answers.push(member.awaitingSync.answer({ errorCode }));
  group.members.delete(memberId);
  group.pendingMembers.delete(memberId);
  forgetMissingSync(step, memberId);
  if (group.leaderId === memberId) {
    const [next] = group.members.keys();
    group.leaderId = next ?? null;
  }
}

/** The group goes on without members that were taken out. */
export function continueWithout(step: GroupStep, reason: string): void {
  const { group } = step;
  if (group.state === 'PreparingRebalance') {
    if (allMembersJoined(group)) completeJoin(step);
  } else if (group.state !== 'Empty') {
    prepareRebalance(step, reason);
  }
}

/** This member need not be waited for in the sync phase any more. */
export function forgetMissingSync(step: GroupStep, memberId: string): void {
  const { group } = step;
  if (group.syncPhase === null || !group.syncPhase.missing.has(memberId)) return;
  const missing = new Set(group.syncPhase.missing);
  missing.delete(memberId);
  group.syncPhase = missing.size === 0 ? null : { ...group.syncPhase, missing };
}

/** Tells the members that wait for it what they are assigned, or why they are not. */
export function answerSyncs(step: GroupStep, errorCode: number): void {
  const { group } = step;
  const succeeded = errorCode === ErrorCode.NONE;
  for (const member of group.members.values()) {
    if (member.awaitingSync === null) continue;
    step.answers.push(
      member.awaitingSync.answer({
        errorCode,
        protocolType: succeeded ? group.protocolType : null,
        protocolName: succeeded ? group.protocolName : null,
        assignment: member.assignment,
      }),
    );
    group.members.set(member.memberId, { ...member, awaitingSync: null });
    renewSession(step, member);
  }
}

/** The member was heard of: its session runs anew. */
export function renewSession(step: Pick<GroupStep, 'now'>, member: ClassicMember): void {
  member.session.expiresAtMs = step.now.monotonicMs + member.sessionTimeoutMs;
}

export function enter(step: GroupStep, state: ClassicGroupState): void {
  step.group.state = state;
  step.group.stateSinceMs = step.now.wallMs;
}

function note({ group, notes }: GroupStep, message: string, fields: LogFields): void {
  notes.push({ message, fields: { groupId: group.groupId, generationId: group.generationId, ...fields } });
}

function awaitRejoin(step: GroupStep): void {
  const { group, now } = step;
  group.joinPhase = { kind: 'rejoin', endsAtMs: now.monotonicMs + longestRebalanceTimeoutMs(group) };
}

function abandonAssignment(step: GroupStep): void {
  const { group } = step;
  for (const member of group.members.values()) {
    group.members.set(member.memberId, { ...member, assignment: NO_ASSIGNMENT });
  }
  answerSyncs(step, ErrorCode.REBALANCE_IN_PROGRESS);
}

/** The leader, or another in its place when it did not come back; false when nobody came. */
function leaderHasJoined(step: GroupStep): boolean {
  const { group } = step;
  if (group.leaderId === null) return false;
  if (group.members.get(group.leaderId)?.awaitingJoin) return true;
  for (const member of group.members.values()) {
    if (member.awaitingJoin === null) continue;
    group.leaderId = member.memberId;
    return true;
  }
  return false;
}

function announceGeneration(step: GroupStep): void {
  const { group, now } = step;
  group.syncPhase = {
    endsAtMs: now.monotonicMs + longestRebalanceTimeoutMs(group),
    missing: new Set(group.members.keys()),
  };
  for (const member of group.members.values()) {
    const isLeader = member.memberId === group.leaderId;
    answerJoin(step, member, generationFor(group, member.memberId, isLeader));
    renewSession(step, member);
    group.members.set(member.memberId, { ...member, awaitingJoin: null, isNew: false });
  }
}

function memberList(group: ClassicGroup): NonNullable<JoinGroupResponse['members']> {
  return [...group.members.values()].map((member) => ({
    memberId: member.memberId,
    groupInstanceId: member.groupInstanceId,
    metadata: metadataFor(member, group.protocolName),
  }));
}
