import type { DescribedGroup } from '../groups/classic/describe-group.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { describeGroupsRequest } from '../protocol/messages/describe-groups-request.ts';
import { describeGroupsResponse } from '../protocol/messages/describe-groups-response.ts';
import { AclOperation } from '../security/authorizer.ts';
import { authorizedGroupOperations, type GroupNeeds } from './group-access.ts';
import type { Handler, RequestContext } from './handler.ts';

const AUTHORIZED_OPERATIONS_FROM = 3;
/** From here on a group that is not there is an error; before, it is described as dead. */
const NOT_FOUND_FROM = 6;

/** DescribeGroups (key 15), versions 0–6: state, protocol, members and their assignments of classic groups. */
export function describeGroupsHandler(
  needs: GroupNeeds,
): Handler<typeof describeGroupsRequest, typeof describeGroupsResponse> {
  return {
    request: describeGroupsRequest,
    response: describeGroupsResponse,
    handle(request, context) {
      const tellOperations =
        context.apiVersion >= AUTHORIZED_OPERATIONS_FROM && request.includeAuthorizedOperations;
      const groups = request.groups.map((groupId) => {
        const group = describe(needs, groupId, context);
        if (!tellOperations || (group.errorCode ?? ErrorCode.NONE) !== ErrorCode.NONE) return group;
        return { ...group, authorizedOperations: authorizedGroupOperations(needs, groupId, context) };
      });
      return { groups };
    },
    refuse: (errorCode, request) => ({ groups: request.groups.map((groupId) => ({ groupId, errorCode })) }),
  };
}

function describe(needs: GroupNeeds, groupId: string, context: RequestContext): DescribedGroup {
  if (!needs.authorizer.isAllowed(context.principal, AclOperation.DESCRIBE, 'group', groupId)) {
    return { groupId, errorCode: ErrorCode.GROUP_AUTHORIZATION_FAILED };
  }
  const result = needs.coordinator.describeGroup(groupId);
  if (result.kind === 'refused') return { groupId, errorCode: result.errorCode };
  if (result.value !== null) return result.value;
  if (context.apiVersion < NOT_FOUND_FROM) return { groupId, groupState: 'Dead' };
  return {
    groupId,
    groupState: 'Dead',
    errorCode: ErrorCode.GROUP_ID_NOT_FOUND,
    errorMessage: `Group ${groupId} not found.`,
  };
}
