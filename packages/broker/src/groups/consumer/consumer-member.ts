import { type MemberProtocol, sameProtocols } from '../classic/member-protocol.ts';
import { NO_PARTITIONS, type OwnedPartitions, sameOwned } from './assignment.ts';

/** Epochs that a request names in place of one of its own. */
export const JOINING_EPOCH = 0;
export const LEAVING_EPOCH = -1;
/** A static member leaves and means to come back (KIP-848). */
export const LEAVING_FOR_NOW_EPOCH = -2;

/**
 * Where a member stands between what it has and what it is to have: `stable`, or it still has to give up
 * partitions (`unrevoked`), or waits for some that others have yet to give up (`unreleased`). `unknown` was written
 * by a newer coordinator.
 */
export type MemberState = 'stable' | 'unrevoked' | 'unreleased' | 'unknown';

/** What a member that speaks the classic protocol brings along (KIP-848, online migration). */
export interface ClassicProtocolMember {
  readonly sessionTimeoutMs: number;
  readonly supportedProtocols: readonly MemberProtocol[];
}

/** What a member says of itself. */
export interface MemberSubscription {
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly rebalanceTimeoutMs: number;
  /** Sorted, each once. */
  readonly topicNames: readonly string[];
  /** Empty: none. */
  readonly topicRegex: string;
  readonly serverAssignor: string | null;
  /** Null: it speaks the consumer protocol. */
  readonly classic: ClassicProtocolMember | null;
}

/** What a member has. */
export interface CurrentAssignment {
  readonly memberEpoch: number;
  readonly previousMemberEpoch: number;
  readonly state: MemberState;
  readonly assigned: OwnedPartitions;
  readonly pendingRevocation: OwnedPartitions;
}

export interface ConsumerMember extends MemberSubscription, CurrentAssignment {
  readonly memberId: string;
}

export function newMember(memberId: string): ConsumerMember {
  return {
    memberId,
    instanceId: null,
    rackId: null,
    clientId: '',
    clientHost: '',
    rebalanceTimeoutMs: -1,
    topicNames: [],
    topicRegex: '',
    serverAssignor: null,
    classic: null,
    memberEpoch: JOINING_EPOCH,
    previousMemberEpoch: LEAVING_EPOCH,
    state: 'stable',
    assigned: NO_PARTITIONS,
    pendingRevocation: NO_PARTITIONS,
  };
}

export function sameTopics(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((topic, index) => topic === right[index]);
}

export function sameSubscription(left: MemberSubscription, right: MemberSubscription): boolean {
  return (
    left.instanceId === right.instanceId &&
    left.rackId === right.rackId &&
    left.clientId === right.clientId &&
    left.clientHost === right.clientHost &&
    left.rebalanceTimeoutMs === right.rebalanceTimeoutMs &&
    left.topicRegex === right.topicRegex &&
    left.serverAssignor === right.serverAssignor &&
    sameTopics(left.topicNames, right.topicNames) &&
    sameClassic(left.classic, right.classic)
  );
}

export function sameCurrent(left: CurrentAssignment, right: CurrentAssignment): boolean {
  return (
    left.memberEpoch === right.memberEpoch &&
    left.previousMemberEpoch === right.previousMemberEpoch &&
    left.state === right.state &&
    sameOwned(left.assigned, right.assigned) &&
    sameOwned(left.pendingRevocation, right.pendingRevocation)
  );
}

/** Whether the member has all that it is to have by the assignment of this epoch. */
export function isReconciled(member: CurrentAssignment, assignmentEpoch: number): boolean {
  return member.state === 'stable' && member.memberEpoch === assignmentEpoch;
}

function sameClassic(left: ClassicProtocolMember | null, right: ClassicProtocolMember | null): boolean {
  if (left === null || right === null) return left === right;
  return (
    left.sessionTimeoutMs === right.sessionTimeoutMs &&
    sameProtocols(left.supportedProtocols, right.supportedProtocols)
  );
}

/** Only what the member says of itself: the value of its record. */
export function subscriptionOf(member: MemberSubscription): MemberSubscription {
  const { classic, clientHost, clientId, instanceId, rackId, rebalanceTimeoutMs } = member;
  const { serverAssignor, topicNames, topicRegex } = member;
  return {
    instanceId,
    rackId,
    clientId,
    clientHost,
    rebalanceTimeoutMs,
    topicNames,
    topicRegex,
    serverAssignor,
    classic,
  };
}

/** Only what the member has: the value of its record. */
export function currentOf(member: CurrentAssignment): CurrentAssignment {
  const { assigned, memberEpoch, pendingRevocation, previousMemberEpoch, state } = member;
  return { memberEpoch, previousMemberEpoch, state, assigned, pendingRevocation };
}
