import { ErrorCode } from '../protocol/errors.ts';
import { consumerGroupHeartbeatRequest } from '../protocol/messages/consumer-group-heartbeat-request.ts';
import { consumerGroupHeartbeatResponse } from '../protocol/messages/consumer-group-heartbeat-response.ts';
import { AclOperation } from '../security/authorizer.ts';
import { type ConsumerGroupNeeds, groupClient, mayUseGroup } from './group-access.ts';
import type { Handler } from './handler.ts';

/**
 * ConsumerGroupHeartbeat (key 68), versions 0 and 1: a member of a consumer group (KIP-848) joins, stays or leaves.
 * From version 1 on the client makes up its member id (KIP-1082) and may subscribe by regular expression. Topics
 * that it may not describe are an error by name, and not there by regular expression.
 */
export function consumerGroupHeartbeatHandler(
  needs: ConsumerGroupNeeds,
): Handler<typeof consumerGroupHeartbeatRequest, typeof consumerGroupHeartbeatResponse> {
  return {
    request: consumerGroupHeartbeatRequest,
    response: consumerGroupHeartbeatResponse,
    async handle(request, context) {
      if (!needs.offersConsumerGroups()) return { errorCode: ErrorCode.UNSUPPORTED_VERSION };
      if (!mayUseGroup(needs, context, request.groupId)) {
        return { errorCode: ErrorCode.GROUP_AUTHORIZATION_FAILED };
      }
      const mayDescribe = (topic: string): boolean =>
        needs.authorizer.isAllowed(context.principal, AclOperation.DESCRIBE, 'topic', topic);
      if (!(request.subscribedTopicNames ?? []).every(mayDescribe)) {
        return { errorCode: ErrorCode.TOPIC_AUTHORIZATION_FAILED };
      }
      return needs.coordinator.consumerGroupHeartbeat(request, groupClient(context), mayDescribe);
    },
    refuse: (errorCode) => ({ errorCode }),
  };
}
