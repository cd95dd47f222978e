import type { ReplyTo } from '../../coordination/coordinator-machine.ts';
import { ErrorCode } from '../../protocol/errors.ts';
import type { Decoded, Encodable } from '../../protocol/message.ts';
import type { joinGroupRequest } from '../../protocol/messages/join-group-request.ts';
import type { joinGroupResponse } from '../../protocol/messages/join-group-response.ts';
import type { syncGroupResponse } from '../../protocol/messages/sync-group-response.ts';
import { invariant } from '../../runtime/invariant.ts';
import { subscribedTopicsOf } from './consumer-subscription.ts';
import type { MemberProtocol } from './member-protocol.ts';

export type JoinGroupRequest = Decoded<typeof joinGroupRequest>;
export type JoinGroupResponse = Encodable<typeof joinGroupResponse>;
export type SyncGroupResponse = Encodable<typeof syncGroupResponse>;

/**
 * Empty → PreparingRebalance (members join) → CompletingRebalance (the leader assigns) → Stable, and from each of
 * the last three back to PreparingRebalance; PreparingRebalance → Empty when nobody is left. A group that was
 * deleted is not there at all; describing one says `Dead`.
 */
export type ClassicGroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable';

export interface ClassicMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly rebalanceTimeoutMs: number;
  readonly sessionTimeoutMs: number;
  /** In order of preference. */
  readonly protocols: readonly MemberProtocol[];
  readonly assignment: Uint8Array;
  /** Has not been told its member id yet: its first JoinGroup is still held. */
  readonly isNew: boolean;
  readonly awaitingJoin: ReplyTo<JoinGroupResponse> | null;
  readonly awaitingSync: ReplyTo<SyncGroupResponse> | null;
  /**
   * The only part that changes in place: signs of life are not decisions, and are not undone with one. Copies of
   * a member share it.
   */
  readonly session: { expiresAtMs: number };
}

/** Why a group waits in PreparingRebalance, and until when (monotonic). */
export type JoinPhase =
  /** The first members of an empty group: others get time to arrive, `remainingMs` at most after this delay. */
  | {
      readonly kind: 'initial';
      readonly endsAtMs: number;
      readonly delayMs: number;
      readonly remainingMs: number;
      readonly memberArrived: boolean;
    }
  /** Known members have this long to come back. */
  | { readonly kind: 'rejoin'; readonly endsAtMs: number };

/** Members that have yet to send SyncGroup in this generation, and when they are given up (monotonic). */
export interface SyncPhase {
  readonly endsAtMs: number;
  readonly missing: ReadonlySet<string>;
}

/** One classic group at one moment; never changed, replaced through {@link draftOf}. */
export interface ClassicGroup {
  readonly type: 'classic';
  readonly groupId: string;
  readonly state: ClassicGroupState;
  /** Wall time at which the state was entered; null when the log did not say. */
  readonly stateSinceMs: number | null;
  readonly generationId: number;
  /** Null: a simple group, that only stores offsets. */
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly leaderId: string | null;
  readonly members: ReadonlyMap<string, ClassicMember>;
  /** Member ids that were handed out (KIP-394) and not used yet → when they lapse (monotonic). */
  readonly pendingMembers: ReadonlyMap<string, number>;
  /** Topics of the members' subscriptions; null when they cannot be known. */
  readonly subscribedTopics: ReadonlySet<string> | null;
  readonly joinPhase: JoinPhase | null;
  readonly syncPhase: SyncPhase | null;
}

/** A copy of a group, changed step by step within one decision. */
export interface ClassicGroupDraft extends ClassicGroup {
  state: ClassicGroupState;
  stateSinceMs: number | null;
  generationId: number;
  protocolType: string | null;
  protocolName: string | null;
  leaderId: string | null;
  members: Map<string, ClassicMember>;
  pendingMembers: Map<string, number>;
  subscribedTopics: ReadonlySet<string> | null;
  joinPhase: JoinPhase | null;
  syncPhase: SyncPhase | null;
}

/** Shared by all groups that wait for nobody; a draft has a map of its own. */
const NOBODY: Map<string, number> = new Map();

export function newClassicGroup(groupId: string, wallMs: number | null): ClassicGroup {
  return {
    type: 'classic',
    groupId,
    state: 'Empty',
    stateSinceMs: wallMs,
    generationId: 0,
    protocolType: null,
    protocolName: null,
    leaderId: null,
    members: new Map(),
    pendingMembers: NOBODY,
    subscribedTopics: null,
    joinPhase: null,
    syncPhase: null,
  };
}

export function draftOf(group: ClassicGroup): ClassicGroupDraft {
  return { ...group, members: new Map(group.members), pendingMembers: new Map(group.pendingMembers) };
}

/** The draft as it is kept; it is changed no more. */
export function keptGroup(draft: ClassicGroupDraft): ClassicGroup {
  if (draft.pendingMembers.size === 0) draft.pendingMembers = NOBODY;
  return draft;
}

export function memberIdOfInstance(group: ClassicGroup, groupInstanceId: string): string | null {
  for (const member of group.members.values()) {
    if (member.groupInstanceId === groupInstanceId) return member.memberId;
  }
  return null;
}

/** Whether a request may speak for this member: NONE, UNKNOWN_MEMBER_ID or FENCED_INSTANCE_ID (KIP-345). */
export function validateMember(
  group: ClassicGroup,
  memberId: string,
  groupInstanceId: string | null,
): number {
  if (groupInstanceId !== null) {
    const owner = memberIdOfInstance(group, groupInstanceId);
    if (owner === null) return ErrorCode.UNKNOWN_MEMBER_ID;
    if (owner !== memberId) return ErrorCode.FENCED_INSTANCE_ID;
  }
  return group.members.has(memberId) ? ErrorCode.NONE : ErrorCode.UNKNOWN_MEMBER_ID;
}

export function allMembersJoined(group: ClassicGroup): boolean {
  if (group.pendingMembers.size > 0) return false;
  for (const member of group.members.values()) {
    if (member.awaitingJoin === null) return false;
  }
  return true;
}

export function longestRebalanceTimeoutMs(group: ClassicGroup): number {
  let longest = 0;
  for (const member of group.members.values()) longest = Math.max(longest, member.rebalanceTimeoutMs);
  return longest;
}

export function metadataFor(member: ClassicMember, protocolName: string | null): Uint8Array {
  const protocol = member.protocols.find(({ name }) => name === protocolName);
  invariant(protocol !== undefined, `member ${member.memberId} knows the selected protocol ${protocolName}`);
  return protocol.metadata;
}

/** Whether a member with these protocols can live with all others: one type, and one protocol that all know. */
export function supportsProtocols(group: ClassicGroup, type: string, names: readonly string[]): boolean {
  if (group.state === 'Empty') return type !== '' && names.length > 0;
  if (group.protocolType !== type) return false;
  const common = commonProtocols(group);
  // A rebalance that everybody has left is not over yet: whoever joins it may bring any protocol.
  return names.some((name) => group.members.size === 0 || common.has(name));
}

/** Protocols that every member knows. With no members, none. */
function commonProtocols(group: ClassicGroup): Set<string> {
  const support = new Map<string, number>();
  for (const member of group.members.values()) {
    for (const { name } of member.protocols) support.set(name, (support.get(name) ?? 0) + 1);
  }
  return new Set([...support].filter(([, count]) => count === group.members.size).map(([name]) => name));
}

/** The protocol most members prefer among those that all know; of equals, the one first voted for. */
export function selectProtocol(group: ClassicGroup): string {
  const candidates = commonProtocols(group);
  const votes = new Map<string, number>();
  for (const member of group.members.values()) {
    const choice = member.protocols.find(({ name }) => candidates.has(name));
    if (choice !== undefined) votes.set(choice.name, (votes.get(choice.name) ?? 0) + 1);
  }
  const [winner] = [...votes].sort(([, a], [, b]) => b - a);
  invariant(winner !== undefined, `members of group ${group.groupId} have a protocol in common`);
  return winner[0];
}

/** Whether offsets of this topic are in use; unknown subscriptions of consumers count as using everything. */
export function isSubscribedTo(group: ClassicGroup, topic: string): boolean {
  return group.subscribedTopics?.has(topic) ?? usesConsumerProtocol(group);
}

export function usesConsumerProtocol(group: ClassicGroup): boolean {
  return group.protocolType === 'consumer';
}

/** Topics the members subscribe to under the selected protocol; null when the group's type does not tell. */
export function currentSubscriptions(group: ClassicGroup): ReadonlySet<string> | null {
  if (!usesConsumerProtocol(group)) return null;
  if (group.members.size > 0 && group.protocolName === null) return null;
  const topics = new Set<string>();
  for (const member of group.members.values()) {
    const subscribed = subscribedTopicsOf(metadataFor(member, group.protocolName));
    if (subscribed === null) return null;
    for (const topic of subscribed) topics.add(topic);
  }
  return topics;
}
