import type { DescribedGroup } from '../groups/classic/describe-group.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { describeGroupsRequest } from '../protocol/messages/describe-groups-request.ts';
import { describeGroupsResponse } from '../protocol/messages/describe-groups-response.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import type { GroupNeeds } from './group-access.ts';
import type { Handler, RequestContext } from './handler.ts';

const AUTHORIZED_OPERATIONS_FROM = 3;
/** From here on a group that is not there is an error; before, it is described as dead. */
const NOT_FOUND_FROM = 6;

const GROUP_OPERATIONS = [
  AclOperation.READ,
  AclOperation.DELETE,
  AclOperation.DESCRIBE,
  AclOperation.DESCRIBE_CONFIGS,
  AclOperation.ALTER_CONFIGS,
] as const;

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
        return { ...group, authorizedOperations: authorizedOperations(needs.authorizer, groupId, context) };
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

/** One bit for each operation, at the place of its code (KIP-430). */
function authorizedOperations(
  authorizer: Authorizer,
  groupId: string,
  { principal }: RequestContext,
): number {
  let bits = 0;
  for (const operation of GROUP_OPERATIONS) {
    if (authorizer.isAllowed(principal, operation, 'group', groupId)) bits |= 1 << operation;
  }
  return bits;
}
