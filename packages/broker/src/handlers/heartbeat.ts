import { ErrorCode } from '../protocol/errors.ts';
import { heartbeatRequest } from '../protocol/messages/heartbeat-request.ts';
import { heartbeatResponse } from '../protocol/messages/heartbeat-response.ts';
import { type GroupNeeds, mayUseGroup } from './group-access.ts';
import type { Handler } from './handler.ts';

/** Heartbeat (key 12), versions 0–4: keeps a member's session, and tells it of a rebalance. */
export function heartbeatHandler(
  needs: GroupNeeds,
): Handler<typeof heartbeatRequest, typeof heartbeatResponse> {
  return {
    request: heartbeatRequest,
    response: heartbeatResponse,
    async handle(request, context) {
      const { groupId } = request;
      if (!mayUseGroup(needs, context, groupId)) return { errorCode: ErrorCode.GROUP_AUTHORIZATION_FAILED };
      return { errorCode: await needs.coordinator.heartbeat(groupId, request) };
    },
    refuse: (errorCode) => ({ errorCode }),
  };
}
