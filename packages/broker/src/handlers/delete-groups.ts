import { ErrorCode } from '../protocol/errors.ts';
import { deleteGroupsRequest } from '../protocol/messages/delete-groups-request.ts';
import { deleteGroupsResponse } from '../protocol/messages/delete-groups-response.ts';
import { AclOperation } from '../security/authorizer.ts';
import type { GroupNeeds } from './group-access.ts';
import type { Handler } from './handler.ts';

/** DeleteGroups (key 42), versions 0–2: deletes groups without members, with the offsets they committed. */
export function deleteGroupsHandler(
  needs: GroupNeeds,
): Handler<typeof deleteGroupsRequest, typeof deleteGroupsResponse> {
  return {
    request: deleteGroupsRequest,
    response: deleteGroupsResponse,
    async handle(request, { principal }) {
      const { authorizer, coordinator } = needs;
      const groupIds = [...new Set(request.groupsNames)];
      const allowed = groupIds.filter((groupId) =>
        authorizer.isAllowed(principal, AclOperation.DELETE, 'group', groupId),
      );
      const errorCodes = await coordinator.deleteGroups(allowed);
      return {
        results: groupIds.map((groupId) => ({
          groupId,
          errorCode: errorCodes.get(groupId) ?? ErrorCode.GROUP_AUTHORIZATION_FAILED,
        })),
      };
    },
    refuse: (errorCode, request) => ({
      results: request.groupsNames.map((groupId) => ({ groupId, errorCode })),
    }),
  };
}
