import { ErrorCode } from '../../protocol/errors.ts';
import { JOINING_EPOCH, LEAVING_EPOCH, LEAVING_FOR_NOW_EPOCH } from './consumer-member.ts';
import type { Refusal } from './consumer-step.ts';
import type { ConsumerGroupHeartbeatRequest } from './heartbeat.ts';

/** From here on clients make up their member id themselves (KIP-1082). */
const OWN_MEMBER_ID_FROM = 1;

/** What is wrong with a heartbeat, whatever the group; null when nothing is. */
export function invalidHeartbeat(
  request: ConsumerGroupHeartbeatRequest,
  apiVersion: number,
  assignors: readonly string[],
): Refusal | null {
  const message = complaint(request, apiVersion);
  if (message !== null) return { errorCode: ErrorCode.INVALID_REQUEST, message };
  const { serverAssignor } = request;
  if (serverAssignor === null || assignors.includes(serverAssignor)) return null;
  return {
    errorCode: ErrorCode.UNSUPPORTED_ASSIGNOR,
    message: `ServerAssignor ${serverAssignor} is not supported. Supported assignors: ${assignors.join(', ')}.`,
  };
}

function complaint(request: ConsumerGroupHeartbeatRequest, apiVersion: number): string | null {
  const { groupId, instanceId, memberEpoch, memberId, rackId } = request;
  const needsMemberId =
    apiVersion >= OWN_MEMBER_ID_FROM || memberEpoch > JOINING_EPOCH || memberEpoch === LEAVING_EPOCH;
  if (needsMemberId && isBlank(memberId)) return "MemberId can't be empty.";
  if (isBlank(groupId)) return "GroupId can't be empty.";
  if (instanceId !== null && isBlank(instanceId)) return "InstanceId can't be empty.";
  if (rackId !== null && isBlank(rackId)) return "RackId can't be empty.";
  if (memberEpoch === JOINING_EPOCH) return joiningComplaint(request);
  if (memberEpoch === LEAVING_FOR_NOW_EPOCH) return instanceId === null ? "InstanceId can't be null." : null;
  return memberEpoch < LEAVING_FOR_NOW_EPOCH ? 'MemberEpoch is invalid.' : null;
}

/** Who joins says everything, and has nothing. Empty subscriptions are in order. */
function joiningComplaint(request: ConsumerGroupHeartbeatRequest): string | null {
  if (request.rebalanceTimeoutMs === -1) return 'RebalanceTimeoutMs must be provided in first request.';
  if (request.topicPartitions?.length !== 0) return 'TopicPartitions must be empty when (re-)joining.';
  if (request.subscribedTopicNames === null && request.subscribedTopicRegex === null) {
    return 'Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.';
  }
  return null;
}

function isBlank(text: string): boolean {
  return text.trim() === '';
}
