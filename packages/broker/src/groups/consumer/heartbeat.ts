import { ErrorCode } from '../../protocol/errors.ts';
import type { Decoded, Encodable } from '../../protocol/message.ts';
import type { consumerGroupHeartbeatRequest } from '../../protocol/messages/consumer-group-heartbeat-request.ts';
import type { consumerGroupHeartbeatResponse } from '../../protocol/messages/consumer-group-heartbeat-response.ts';
import type { GroupClient } from '../group-client.ts';
import { sameOwned, topicPartitionsOf } from './assignment.ts';
import {
  type ConsumerMember,
  JOINING_EPOCH,
  sameSubscription,
  sameTopics,
  subscriptionOf,
} from './consumer-member.ts';
import { type ConsumerStep, isRefusal, note, type Refusal } from './consumer-step.ts';
import { refreshEpoch } from './group-epoch.ts';
import type { Visibility } from './group-topics.ts';
import { heartbeatIntervalFor } from './heartbeat-interval.ts';
import { findMember } from './member-access.ts';
import { reconcileMember, replaceMember } from './member-progress.ts';
import { invalidRegex, updateRegexes } from './regular-expressions.ts';
import { targetFor } from './target-assignment.ts';

export type ConsumerGroupHeartbeatRequest = Decoded<typeof consumerGroupHeartbeatRequest>;
export type ConsumerGroupHeartbeatResponse = Encodable<typeof consumerGroupHeartbeatResponse>;

export interface HeartbeatEvent {
  readonly request: ConsumerGroupHeartbeatRequest;
  readonly client: GroupClient;
  /** For one that has no id yet: before version 1 the coordinator gives it one. */
  readonly newMemberId: string;
  readonly visible: Visibility;
}

/**
 * A heartbeat of a member that joins or stays: what it says of itself is taken over, the group's epoch and target
 * assignment follow, and the member is told its next step towards that.
 */
export function heartbeat(
  step: ConsumerStep,
  event: HeartbeatEvent,
): ConsumerGroupHeartbeatResponse | Refusal {
  const { group } = step;
  const { request } = event;
  const memberId = request.memberId || event.newMemberId;
  const { memberEpoch, topicPartitions: owned } = request;
  const full = refusalOfFull(step, memberId);
  if (full !== null) return full;
  const found = findMember(group, { memberId, instanceId: request.instanceId, memberEpoch, owned });
  if (isRefusal(found)) return found;
  const { member: former, replaced } = found;
  const updated = updatedMember(former, event);
  const invalid = former.topicRegex === updated.topicRegex ? null : invalidRegex(step, updated.topicRegex);
  if (invalid !== null) return invalid;
  const unknownState = former.state === 'unknown' && (owned === null || owned.length > 0);
  if (unknownState)
    return { errorCode: ErrorCode.FENCED_MEMBER_EPOCH, message: 'The member is in an unknown state.' };

  if (replaced !== null) replaceMember(step, replaced, former);
  if (memberEpoch === JOINING_EPOCH) note(step, 'member joins the consumer group', { memberId });
  const subscription = takeOver(step, former, updated, event.visible);
  const removedIds = new Set(replaced === null ? [] : [replaced.memberId]);
  const epoch = refreshEpoch(step, { updated, removedIds }, subscription);
  const target = targetFor(step, updated, { epoch, replaced });
  const reconciled = reconcileMember(step, updated, {
    ...target,
    hasSubscriptionChanged: subscription.hasChanged,
    owned,
  });
  const { sessionTimeoutMs } = step.config.consumer.ofGroup(group.groupId);
  group.timers.set({
    memberId,
    kind: 'session',
    atMs: step.now.monotonicMs + sessionTimeoutMs,
    epoch: reconciled.memberEpoch,
  });
  const isTold =
    memberEpoch === JOINING_EPOCH ||
    isFullRequest(request) ||
    !sameOwned(former.assigned, reconciled.assigned);
  return {
    memberId,
    memberEpoch: reconciled.memberEpoch,
    heartbeatIntervalMs: heartbeatIntervalFor(step, reconciled, { epoch, targetEpoch: target.epoch }),
    assignment: isTold ? { topicPartitions: topicPartitionsOf(reconciled.assigned) } : null,
  };
}

function refusalOfFull({ config, group }: ConsumerStep, memberId: string): Refusal | null {
  const { maxSize } = config.consumer;
  if (group.memberCount < maxSize || group.member(memberId) !== undefined) return null;
  return {
    errorCode: ErrorCode.GROUP_MAX_SIZE_REACHED,
    message: `The consumer group has reached its maximum capacity of ${maxSize} members.`,
  };
}

/** What a request leaves out stays as it was. */
function updatedMember(member: ConsumerMember, { client, request }: HeartbeatEvent): ConsumerMember {
  const { subscribedTopicNames: names } = request;
  return {
    ...member,
    instanceId: request.instanceId ?? member.instanceId,
    rackId: request.rackId ?? member.rackId,
    rebalanceTimeoutMs:
      request.rebalanceTimeoutMs === -1 ? member.rebalanceTimeoutMs : request.rebalanceTimeoutMs,
    serverAssignor: request.serverAssignor ?? member.serverAssignor,
    topicNames: names === null ? member.topicNames : [...new Set(names)].sort(),
    topicRegex: request.subscribedTopicRegex ?? member.topicRegex,
    clientId: client.clientId,
    clientHost: client.clientHost,
    classic: null,
  };
}

/** Writes down what a member says of itself, where that is new, and tells what it means for the group. */
export function takeOver(
  step: ConsumerStep,
  former: ConsumerMember,
  updated: ConsumerMember,
  visible: Visibility,
): { readonly hasChanged: boolean; readonly mustBump: boolean; readonly reason: string } {
  const { group, records } = step;
  const { memberId } = updated;
  if (!sameSubscription(former, updated)) {
    records.push({
      kind: 'consumer-member',
      groupId: group.groupId,
      memberId,
      value: subscriptionOf(updated),
    });
  }
  const topicsChanged = !sameTopics(former.topicNames, updated.topicNames);
  const regexChange = updateRegexes(step, { former, updated, visible });
  return {
    hasChanged: topicsChanged || regexChange !== 'none',
    // With a regular expression that is still to be resolved the target would change again right after.
    mustBump: topicsChanged || regexChange === 'resolved',
    reason: `member ${memberId} has another subscription`,
  };
}

function isFullRequest(request: ConsumerGroupHeartbeatRequest): boolean {
  return (
    request.rebalanceTimeoutMs !== -1 &&
    (request.subscribedTopicNames !== null || request.subscribedTopicRegex !== null) &&
    request.topicPartitions !== null
  );
}
