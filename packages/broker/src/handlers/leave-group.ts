import { ErrorCode } from '../protocol/errors.ts';
import type { Encodable } from '../protocol/message.ts';
import { leaveGroupRequest } from '../protocol/messages/leave-group-request.ts';
import { leaveGroupResponse } from '../protocol/messages/leave-group-response.ts';
import { type GroupNeeds, mayUseGroup } from './group-access.ts';
import type { Handler } from './handler.ts';

/** From here on several members leave at once, each with its own result. */
const BATCHED_FROM = 3;

/** LeaveGroup (key 13), versions 0–5. From version 3 on administrators remove static members with it too. */
export function leaveGroupHandler(
  needs: GroupNeeds,
): Handler<typeof leaveGroupRequest, typeof leaveGroupResponse> {
  return {
    request: leaveGroupRequest,
    response: leaveGroupResponse,
    async handle(request, context): Promise<Encodable<typeof leaveGroupResponse>> {
      const { groupId } = request;
      if (!mayUseGroup(needs, context, groupId)) return { errorCode: ErrorCode.GROUP_AUTHORIZATION_FAILED };
      const batched = context.apiVersion >= BATCHED_FROM;
      const leaving = batched
        ? request.members
        : [{ memberId: request.memberId, groupInstanceId: null, reason: null }];
      const result = await needs.coordinator.leaveGroup(groupId, leaving);
      if (result.kind === 'refused') return { errorCode: result.errorCode };
      if (batched) return { members: result.value };
      return { errorCode: result.value[0]?.errorCode ?? ErrorCode.NONE };
    },
    refuse: (errorCode) => ({ errorCode }),
  };
}
