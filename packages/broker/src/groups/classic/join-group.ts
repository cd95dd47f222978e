import type { ReplyTo } from '../../coordination/coordinator-machine.ts';
import { ErrorCode } from '../../protocol/errors.ts';
import { invariant } from '../../runtime/invariant.ts';
import type { GroupClient } from '../group-client.ts';
import { classicGroupRecord } from '../group-records.ts';
import {
  type ClassicMember,
  type JoinGroupRequest,
  type JoinGroupResponse,
  memberIdOfInstance,
  selectProtocol,
  supportsProtocols,
  validateMember,
} from './classic-group.ts';
import type { GroupStep } from './group-step.ts';
import { protocolsOf, sameProtocols } from './member-protocol.ts';
import {
  answerJoin,
  dropMember,
  generationFor,
  prepareRebalance,
  rebalance,
  renewSession,
} from './rebalance.ts';

/**
 * How long a member that has not been told its id yet may be held in a join: its client may be gone, and with no
 * id it cannot send heartbeats.
 */
const NEW_MEMBER_JOIN_TIMEOUT_MS = 5 * 60_000;

/** First version whose clients can come back with an id they were given (KIP-394). */
const MEMBER_ID_REQUIRED_FROM = 4;
/** First version in which a leader can be told to leave the assignment as it is (KIP-814). */
const SKIP_ASSIGNMENT_FROM = 9;

export interface JoinEvent {
  readonly request: JoinGroupRequest;
  readonly client: GroupClient;
  readonly replyTo: ReplyTo<JoinGroupResponse>;
  /** An id for the member, in case it is new. */
  readonly newMemberId: string;
}

/** JoinGroup to a group that exists, or was just made for a member without an id. */
export function joinGroup(step: GroupStep, event: JoinEvent): void {
  const { group } = step;
  const { request } = event;
  const { memberId } = request;
  if (!hasRoomFor(step, memberId)) {
    dropMember(step, memberId);
    refuse(step, event, '', ErrorCode.GROUP_MAX_SIZE_REACHED);
    return;
  }
  const names = request.protocols.map(({ name }) => name);
  if (!supportsProtocols(group, request.protocolType, names)) {
    refuse(step, event, memberId, ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
    return;
  }
  if (memberId === '') joinUnknown(step, event);
  else if (group.pendingMembers.has(memberId) && request.groupInstanceId === null) {
    addMember(step, event, memberId);
  } else rejoin(step, event);
}

/** During the join phase those count who came, so that a shrunken `group.max.size` turns away the last to come. */
function hasRoomFor({ config, group }: GroupStep, memberId: string): boolean {
  if (group.state === 'Empty') return true;
  const member = group.members.get(memberId);
  if (group.state !== 'PreparingRebalance')
    return member !== undefined || group.members.size < config.maxSize;
  if (member !== undefined && member.awaitingJoin !== null) return true;
  let awaiting = 0;
  for (const other of group.members.values()) if (other.awaitingJoin !== null) awaiting += 1;
  return awaiting < config.maxSize;
}

function joinUnknown(step: GroupStep, event: JoinEvent): void {
  const { group, now } = step;
  const { client, newMemberId, request } = event;
  if (request.groupInstanceId !== null) {
    const formerId = memberIdOfInstance(group, request.groupInstanceId);
    if (formerId === null) addMember(step, event, newMemberId);
    else replaceStaticMember(step, event, formerId);
    return;
  }
  if (client.apiVersion >= MEMBER_ID_REQUIRED_FROM) {
    group.pendingMembers.set(newMemberId, now.monotonicMs + request.sessionTimeoutMs);
    refuse(step, event, newMemberId, ErrorCode.MEMBER_ID_REQUIRED);
    return;
  }
  addMember(step, event, newMemberId);
}

function addMember(step: GroupStep, event: JoinEvent, memberId: string): void {
  const { group, now } = step;
  const { client, request } = event;
  if (group.members.size === 0) group.protocolType = request.protocolType;
  group.leaderId ??= memberId;
  group.pendingMembers.delete(memberId);
  group.members.set(memberId, {
    memberId,
    groupInstanceId: request.groupInstanceId,
    clientId: client.clientId,
    clientHost: client.clientHost,
    ...timeoutsOf(event),
    protocols: protocolsOf(request.protocols),
    assignment: new Uint8Array(0),
    isNew: true,
    awaitingJoin: event.replyTo,
    awaitingSync: null,
    session: { expiresAtMs: now.monotonicMs + NEW_MEMBER_JOIN_TIMEOUT_MS },
  });
  if (group.joinPhase?.kind === 'initial') group.joinPhase = { ...group.joinPhase, memberArrived: true };
  rebalance(step, `member ${memberId} joins: ${reasonOf(request)}`);
}

function rejoin(step: GroupStep, event: JoinEvent): void {
  const { group } = step;
  const { request } = event;
  const { memberId } = request;
  const errorCode = validateMember(group, memberId, request.groupInstanceId);
  const member = group.members.get(memberId);
  if (errorCode !== ErrorCode.NONE || member === undefined) {
    refuse(step, event, memberId, errorCode === ErrorCode.NONE ? ErrorCode.UNKNOWN_MEMBER_ID : errorCode);
    return;
  }
  const isLeader = group.leaderId === memberId;
  const unchanged = sameProtocols(member.protocols, request.protocols);
  // A leader that joins again wants a new assignment, unless it merely missed the answer to its first join.
  const missedAnswer =
    unchanged && (group.state === 'CompletingRebalance' || (group.state === 'Stable' && !isLeader));
  if (missedAnswer) {
    step.answers.push(event.replyTo.answer(generationFor(group, memberId, isLeader)));
    return;
  }
  holdJoin(step, event, member);
  const what = unchanged ? 'joins again' : 'joins with another subscription';
  rebalance(step, `member ${memberId} ${what}: ${reasonOf(request)}`);
}

/**
 * A static member came back without its id, as after a restart. It gets a new id, whoever still uses the old one
 * is fenced, and nobody else is disturbed as long as the selected protocol stays (KIP-345).
 */
function replaceStaticMember(step: GroupStep, event: JoinEvent, formerId: string): void {
  const { group } = step;
  const { newMemberId, request } = event;
  const former = group.members.get(formerId);
  invariant(former !== undefined, `group ${group.groupId} has the static member ${formerId}`);
  fence(step, former);
  const formerLeader = group.leaderId;
  renameMember(step, former, newMemberId);
  const member = group.members.get(newMemberId);
  invariant(member !== undefined, `group ${group.groupId} has the static member ${newMemberId}`);
  renewSession(step, member);
  holdJoin(step, event, member);
  const reason = `static member ${newMemberId} takes the place of ${formerId}: ${reasonOf(request)}`;
  if (group.state === 'CompletingRebalance') {
    // The leader may be assigning to the old id at this moment.
    prepareRebalance(step, reason);
  } else if (group.state === 'Stable' && selectProtocol(group) === group.protocolName) {
    step.records.push(classicGroupRecord(group));
    answerReplacement(step, event, formerLeader);
  } else {
    rebalance(step, reason);
  }
}

function answerReplacement(step: GroupStep, event: JoinEvent, formerLeader: string | null): void {
  const { group } = step;
  const member = group.members.get(event.newMemberId);
  if (member === undefined) return;
  const isLeader = group.leaderId === member.memberId;
  if (event.client.apiVersion >= SKIP_ASSIGNMENT_FROM) {
    const generation = generationFor(group, member.memberId, isLeader);
    answerJoin(step, member, { ...generation, skipAssignment: isLeader });
  } else {
    // An older client would assign anew if it were told that it leads, so it is told the id it no longer has.
    const generation = generationFor(group, member.memberId, false);
    answerJoin(step, member, { ...generation, leader: formerLeader ?? '' });
  }
}

function fence(step: GroupStep, member: ClassicMember): void {
  const errorCode = ErrorCode.FENCED_INSTANCE_ID;
  if (member.awaitingJoin !== null) {
    step.answers.push(
      member.awaitingJoin.answer({ errorCode, memberId: member.memberId, protocolName: null }),
    );
  }
  if (member.awaitingSync !== null) step.answers.push(member.awaitingSync.answer({ errorCode }));
}

/** The member keeps its place, so that the order of members, and with it the assignment, stays. */
function renameMember(step: GroupStep, former: ClassicMember, memberId: string): void {
  const { group } = step;
  const renamed: ClassicMember = {
    ...former,
    memberId,
    isNew: false,
    awaitingJoin: null,
    awaitingSync: null,
    session: { expiresAtMs: 0 },
  };
  group.members = new Map(
    [...group.members.values()].map((member) =>
      member.memberId === former.memberId ? [memberId, renamed] : [member.memberId, member],
    ),
  );
  if (group.leaderId === former.memberId) group.leaderId = memberId;
}

function holdJoin(step: GroupStep, event: JoinEvent, member: ClassicMember): void {
  // A client that asks again has given up its former request; nobody may wait for ever on the connection it used.
  answerJoin(step, member, {
    errorCode: ErrorCode.REBALANCE_IN_PROGRESS,
    memberId: member.memberId,
    protocolName: null,
  });
  step.group.members.set(member.memberId, {
    ...member,
    ...timeoutsOf(event),
    protocols: protocolsOf(event.request.protocols),
    awaitingJoin: event.replyTo,
  });
}

/** What the client says for itself (KIP-800). */
function reasonOf({ reason }: JoinGroupRequest): string {
  return reason || 'no reason given';
}

/** Version 0 knows only one timeout. */
function timeoutsOf({ client, request }: JoinEvent): {
  sessionTimeoutMs: number;
  rebalanceTimeoutMs: number;
} {
  const { sessionTimeoutMs } = request;
  return {
    sessionTimeoutMs,
    rebalanceTimeoutMs: client.apiVersion === 0 ? sessionTimeoutMs : request.rebalanceTimeoutMs,
  };
}

function refuse(step: GroupStep, event: JoinEvent, memberId: string, errorCode: number): void {
  step.answers.push(event.replyTo.answer({ errorCode, memberId, protocolName: null }));
}
