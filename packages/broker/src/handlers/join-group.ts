import { ErrorCode } from '../protocol/errors.ts';
import type { Encodable } from '../protocol/message.ts';
import { joinGroupRequest } from '../protocol/messages/join-group-request.ts';
import { joinGroupResponse } from '../protocol/messages/join-group-response.ts';
import { type GroupNeeds, groupClient, mayUseGroup } from './group-access.ts';
import type { Handler } from './handler.ts';

/** From here on "no protocol" is null; before it is the empty string. */
const NULL_PROTOCOL_FROM = 7;

/**
 * JoinGroup (key 11), versions 0–9. Answered when the group's join phase ends. Version 4 makes new members come
 * back with the id they are given (KIP-394), 5 knows static members (KIP-345), 9 spares a leader the assignment
 * (KIP-814).
 */
export function joinGroupHandler(
  needs: GroupNeeds,
): Handler<typeof joinGroupRequest, typeof joinGroupResponse> {
  return {
    request: joinGroupRequest,
    response: joinGroupResponse,
    async handle(request, context) {
      const response = mayUseGroup(needs, context, request.groupId)
        ? await needs.coordinator.joinGroup(request, groupClient(context))
        : { errorCode: ErrorCode.GROUP_AUTHORIZATION_FAILED };
      return inVersion(response, context.apiVersion);
    },
    refuse: (errorCode, _request, { apiVersion }) => inVersion({ errorCode }, apiVersion),
  };
}

function inVersion(
  response: Encodable<typeof joinGroupResponse>,
  apiVersion: number,
): Encodable<typeof joinGroupResponse> {
  const protocolName = response.protocolName ?? '';
  return {
    ...response,
    protocolName: apiVersion >= NULL_PROTOCOL_FROM ? protocolName || null : protocolName,
  };
}
