import { ErrorCode } from '../protocol/errors.ts';
import { syncGroupRequest } from '../protocol/messages/sync-group-request.ts';
import { syncGroupResponse } from '../protocol/messages/sync-group-response.ts';
import { type GroupNeeds, mayUseGroup } from './group-access.ts';
import type { Handler } from './handler.ts';

/** From here on a member has to say which protocol it believes to be selected. */
const PROTOCOL_REQUIRED_FROM = 5;

/** SyncGroup (key 14), versions 0–5. Followers are answered when the leader's assignment is stored. */
export function syncGroupHandler(
  needs: GroupNeeds,
): Handler<typeof syncGroupRequest, typeof syncGroupResponse> {
  return {
    request: syncGroupRequest,
    response: syncGroupResponse,
    handle(request, context) {
      const namesProtocol = request.protocolType !== null && request.protocolName !== null;
      if (context.apiVersion >= PROTOCOL_REQUIRED_FROM && !namesProtocol) {
        return { errorCode: ErrorCode.INCONSISTENT_GROUP_PROTOCOL };
      }
      if (!mayUseGroup(needs, context, request.groupId)) {
        return { errorCode: ErrorCode.GROUP_AUTHORIZATION_FAILED };
      }
      return needs.coordinator.syncGroup(request);
    },
    refuse: (errorCode) => ({ errorCode }),
  };
}
