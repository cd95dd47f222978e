import type { DescribedConsumerGroup } from '../groups/consumer/describe-consumer-group.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { consumerGroupDescribeRequest } from '../protocol/messages/consumer-group-describe-request.ts';
import { consumerGroupDescribeResponse } from '../protocol/messages/consumer-group-describe-response.ts';
import { AclOperation } from '../security/authorizer.ts';
import { authorizedGroupOperations, type ConsumerGroupNeeds } from './group-access.ts';
import type { Handler, RequestContext } from './handler.ts';

/**
 * ConsumerGroupDescribe (key 69), versions 0 and 1: epochs, members, what they have and what they are to have. Version
 * 1 tells members of the classic protocol from others.
 */
export function consumerGroupDescribeHandler(
  needs: ConsumerGroupNeeds,
): Handler<typeof consumerGroupDescribeRequest, typeof consumerGroupDescribeResponse> {
  return {
    request: consumerGroupDescribeRequest,
    response: consumerGroupDescribeResponse,
    handle(request, context) {
      const { groupIds, includeAuthorizedOperations } = request;
      if (!needs.offersConsumerGroups()) return refusal(groupIds, ErrorCode.UNSUPPORTED_VERSION);
      const groups = groupIds.map((groupId) => {
        const group = describe(needs, groupId, context);
        if (!includeAuthorizedOperations || (group.errorCode ?? ErrorCode.NONE) !== ErrorCode.NONE)
          return group;
        return { ...group, authorizedOperations: authorizedGroupOperations(needs, groupId, context) };
      });
      return { groups };
    },
    refuse: (errorCode, { groupIds }) => refusal(groupIds, errorCode),
  };
}

function refusal(groupIds: readonly string[], errorCode: number) {
  return { groups: groupIds.map((groupId) => ({ groupId, errorCode })) };
}

function describe(
  needs: ConsumerGroupNeeds,
  groupId: string,
  { principal }: RequestContext,
): DescribedConsumerGroup {
  const { authorizer, coordinator } = needs;
  if (!authorizer.isAllowed(principal, AclOperation.DESCRIBE, 'group', groupId)) {
    return { groupId, errorCode: ErrorCode.GROUP_AUTHORIZATION_FAILED };
  }
  if (groupId === '') return { groupId, errorCode: ErrorCode.INVALID_GROUP_ID };
  const result = coordinator.describeConsumerGroup(groupId);
  if (result.kind === 'refused') return { groupId, errorCode: result.errorCode };
  if (result.value === null) {
    return {
      groupId,
      errorCode: ErrorCode.GROUP_ID_NOT_FOUND,
      errorMessage: `Group ${groupId} not found.`,
    };
  }
  const visible = topicsOf(result.value).every((topic) =>
    authorizer.isAllowed(principal, AclOperation.DESCRIBE, 'topic', topic),
  );
  if (visible) return result.value;
  return {
    groupId,
    errorCode: ErrorCode.TOPIC_AUTHORIZATION_FAILED,
    errorMessage: 'The group has described topic(s) that the client is not authorized to describe.',
  };
}

function topicsOf({ members = [] }: DescribedConsumerGroup): string[] {
  const assignments = members.flatMap(({ assignment, targetAssignment }) => [assignment, targetAssignment]);
  return assignments.flatMap((assignment) =>
    (assignment?.topicPartitions ?? []).map(({ topicName }) => topicName ?? ''),
  );
}
