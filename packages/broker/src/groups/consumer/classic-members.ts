import { ErrorCode } from '../../protocol/errors.ts';
import type { JoinGroupResponse, SyncGroupResponse } from '../classic/classic-group.ts';
import type { JoinEvent } from '../classic/join-group.ts';
import type { LeavingMember, MemberLeft } from '../classic/leave-group.ts';
import { protocolsOf } from '../classic/member-protocol.ts';
import type { SyncGroupRequest } from '../classic/sync-group.ts';
import {
  byTopicId,
  type ClassicSubscription,
  CONSUMER_PROTOCOL_TYPE,
  classicAssignmentBytes,
  classicSubscription,
} from './classic-protocol.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerMember } from './consumer-member.ts';
import { type ConsumerStep, isRefusal, note, type Refusal } from './consumer-step.ts';
import { isDowngrade } from './downgrade.ts';
import { removeMembers } from './fencing.ts';
import { refreshEpoch } from './group-epoch.ts';
import { takeOver } from './heartbeat.ts';
import {
  findJoiningMember,
  identifiedMember,
  ownMember,
  unknownInstance,
  unknownMember,
} from './member-access.ts';
import { reconcileMember, replaceMember } from './member-progress.ts';
import { targetFor } from './target-assignment.ts';

/** First version of JoinGroup whose clients can come back with an id they were given (KIP-394). */
const MEMBER_ID_REQUIRED_FROM = 4;

interface MemberIdentity {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly generationId: number;
}

/**
 * JoinGroup to a group of the consumer protocol that has members: the member takes part as any other, its generation
 * being its epoch. It gives up partitions by joining again without them, and gets others by SyncGroup.
 */
export function joinByClassic(step: ConsumerStep, event: JoinEvent): JoinGroupResponse {
  const { request } = event;
  const memberId = request.memberId || event.newMemberId;
  const refused = refusalOf(step, event, memberId);
  if (refused !== null) return { errorCode: refused, memberId: request.memberId, protocolName: null };
  const mustKnowId =
    event.client.apiVersion >= MEMBER_ID_REQUIRED_FROM &&
    request.memberId === '' &&
    request.groupInstanceId === null;
  if (mustKnowId) return { errorCode: ErrorCode.MEMBER_ID_REQUIRED, memberId, protocolName: null };
  const [preferred] = request.protocols;
  const subscription = preferred === undefined ? null : classicSubscription(preferred.metadata);
  if (preferred === undefined || subscription === null) {
    return { errorCode: ErrorCode.UNKNOWN_SERVER_ERROR, memberId, protocolName: null };
  }
  const found = findJoiningMember(step.group, {
    memberId,
    instanceId: request.groupInstanceId,
    isNew: request.memberId === '',
  });
  if (isRefusal(found)) return { errorCode: found.errorCode, memberId, protocolName: null };
  const joined = join(step, event, { ...found, subscription });
  return {
    memberId,
    generationId: joined.memberEpoch,
    protocolType: CONSUMER_PROTOCOL_TYPE,
    protocolName: preferred.name,
    leader: '',
    members: [],
  };
}

export function syncByClassic(step: ConsumerStep, request: SyncGroupRequest): SyncGroupResponse {
  const { group, now, topics } = step;
  const { protocolName, protocolType } = request;
  const member = classicMember(group, request);
  if (isRefusal(member)) return { errorCode: member.errorCode };
  const [preferred] = member.classic?.supportedProtocols ?? [];
  if (
    (protocolType !== null && protocolType !== CONSUMER_PROTOCOL_TYPE) ||
    (protocolName !== null && protocolName !== preferred?.name)
  ) {
    return { errorCode: ErrorCode.INCONSISTENT_GROUP_PROTOCOL };
  }
  const { memberEpoch: epoch, memberId } = member;
  // One that has yet to give up partitions has joined already, and is to join again when it did.
  if (group.target.epoch > epoch && member.state !== 'unrevoked') {
    const atMs = now.monotonicMs + member.rebalanceTimeoutMs;
    group.timers.setIfAbsent({ memberId, kind: 'join', atMs, epoch });
    return { errorCode: ErrorCode.REBALANCE_IN_PROGRESS };
  }
  group.timers.cancel('sync', memberId);
  renewSession(step, member);
  const version = (preferred && classicSubscription(preferred.metadata)?.version) ?? 0;
  return {
    protocolType,
    protocolName,
    assignment: classicAssignmentBytes(member.assigned, { topics, version }),
  };
}

/** Heartbeat of a member that speaks the classic protocol: the error to answer. */
export function heartbeatByClassic(step: ConsumerStep, identity: MemberIdentity): number {
  const { group, now } = step;
  const member = classicMember(group, identity);
  if (isRefusal(member)) return member.errorCode;
  renewSession(step, member);
  const { memberEpoch: epoch, memberId } = member;
  const mustJoin =
    epoch < group.target.epoch ||
    member.state === 'unrevoked' ||
    (member.state === 'unreleased' && !waits(group, member));
  if (!mustJoin) return ErrorCode.NONE;
  const atMs = now.monotonicMs + member.rebalanceTimeoutMs;
  group.timers.setIfAbsent({ memberId, kind: 'join', atMs, epoch });
  return ErrorCode.REBALANCE_IN_PROGRESS;
}

/** LeaveGroup, by members or by an administrator, who may take out members of either protocol. */
export function leaveByClassic(step: ConsumerStep, leaving: readonly LeavingMember[]): MemberLeft[] {
  const found = leaving.map((identity) => ({ identity, member: leavingMember(step.group, identity) }));
  const members = new Set(found.flatMap(({ member }) => (isRefusal(member) ? [] : [member])));
  removeMembers(step, [...members], leaving.map(({ reason }) => reason ?? 'no reason given').join('; '));
  return found.map(({ identity: { groupInstanceId, memberId }, member }) => ({
    memberId,
    groupInstanceId,
    errorCode: isRefusal(member) ? member.errorCode : ErrorCode.NONE,
  }));
}

function refusalOf({ config, group }: ConsumerStep, { request }: JoinEvent, memberId: string): number | null {
  if (config.consumer.migrationPolicy === 'disabled') return ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
  if (group.memberCount >= config.consumer.maxSize && group.member(memberId) === undefined) {
    return ErrorCode.GROUP_MAX_SIZE_REACHED;
  }
  if (request.protocolType !== CONSUMER_PROTOCOL_TYPE) return ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
  const others = [...group.members()].flatMap(({ classic }) => (classic === null ? [] : [classic]));
  const hasCommon = request.protocols.some(({ name }) =>
    others.every(({ supportedProtocols }) => supportedProtocols.some((protocol) => protocol.name === name)),
  );
  return hasCommon ? null : ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
}

function join(
  step: ConsumerStep,
  event: JoinEvent,
  found: { member: ConsumerMember; replaced: ConsumerMember | null; subscription: ClassicSubscription },
): ConsumerMember {
  const { group, now } = step;
  const { member: former, replaced, subscription } = found;
  const updated = joiningMember(event, former, subscription);
  const { memberId } = updated;
  if (replaced !== null) replaceMember(step, replaced, former);
  note(step, 'member joins the consumer group by the classic protocol', { memberId });
  const change = takeOver(step, former, updated, () => false);
  const removedIds = new Set(replaced === null ? [] : [replaced.memberId]);
  const epoch = refreshEpoch(step, { updated, removedIds }, { ...change, mustBump: change.hasChanged });
  const owned = byTopicId(subscription.owned, step.topics);
  const progress = { hasSubscriptionChanged: change.hasChanged, owned };
  const downgrade =
    replaced === null ? null : { leavingIds: new Set<string>(), joining: { member: updated, replaced } };
  if (downgrade !== null && isDowngrade(step, downgrade)) {
    const { target } = group;
    const isStale = target.epoch < epoch;
    const joined = isStale
      ? updated
      : reconcileMember(step, updated, {
          ...progress,
          epoch: target.epoch,
          target: group.targetOf(downgrade.joining.replaced.memberId),
        });
    step.downgrade = {
      ...downgrade,
      joining: { ...downgrade.joining, member: joined },
      rebalanceReason: isStale ? 'the group had a stale assignment as a consumer group' : null,
    };
    return joined;
  }
  const target = targetFor(step, updated, { epoch, replaced });
  const joined = reconcileMember(step, updated, { ...progress, ...target });
  group.timers.cancel('join', memberId);
  renewSession(step, joined);
  const atMs = now.monotonicMs + event.request.rebalanceTimeoutMs;
  group.timers.set({ memberId, kind: 'sync', atMs, epoch: joined.memberEpoch });
  return joined;
}

function joiningMember(
  { client, request }: JoinEvent,
  former: ConsumerMember,
  { rackId, topicNames }: ClassicSubscription,
): ConsumerMember {
  return {
    ...former,
    instanceId: request.groupInstanceId ?? former.instanceId,
    rackId: rackId ?? former.rackId,
    rebalanceTimeoutMs:
      request.rebalanceTimeoutMs === -1 ? former.rebalanceTimeoutMs : request.rebalanceTimeoutMs,
    topicNames,
    topicRegex: '',
    clientId: client.clientId,
    clientHost: client.clientHost,
    classic: {
      sessionTimeoutMs: request.sessionTimeoutMs,
      supportedProtocols: protocolsOf(request.protocols),
    },
  };
}

/** The member of a request, which must be of this protocol and in its generation. */
function classicMember(group: ConsumerGroup, identity: MemberIdentity): ConsumerMember | Refusal {
  const member = identifiedMember(group, identity);
  if (isRefusal(member)) return member;
  if (member.classic === null) return unknownMember(group, identity.memberId);
  if (member.memberEpoch === identity.generationId) return member;
  return { errorCode: ErrorCode.ILLEGAL_GENERATION, message: null };
}

function leavingMember(
  group: ConsumerGroup,
  { groupInstanceId, memberId }: LeavingMember,
): ConsumerMember | Refusal {
  if (groupInstanceId === null) return group.member(memberId) ?? unknownMember(group, memberId);
  const owner = group.staticMember(groupInstanceId);
  if (owner === undefined) return unknownInstance(groupInstanceId);
  if (memberId === '') return owner;
  const found = ownMember(owner, memberId, groupInstanceId);
  return isRefusal(found) ? found : found.member;
}

function renewSession({ group, now }: ConsumerStep, member: ConsumerMember): void {
  const { classic, memberEpoch: epoch, memberId } = member;
  const atMs = now.monotonicMs + (classic?.sessionTimeoutMs ?? 0);
  group.timers.set({ memberId, kind: 'session', atMs, epoch });
}

/** Whether others still have partitions that the member is to get. */
function waits(group: ConsumerGroup, member: ConsumerMember): boolean {
  for (const [topicId, partitions] of group.targetOf(member.memberId)) {
    for (const partition of partitions) {
      if (!member.assigned.get(topicId)?.has(partition) && group.isOwned(topicId, partition)) return true;
    }
  }
  return false;
}
