import type { Controller } from '../controller/controller.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { brokerHeartbeatRequest } from '../protocol/messages/broker-heartbeat-request.ts';
import { brokerHeartbeatResponse } from '../protocol/messages/broker-heartbeat-response.ts';
import { CLUSTER_RESOURCE } from '../security/authorized-operations.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import { type Handler, type HandlerAnswer, NOT_CONTROLLER } from './handler.ts';

export interface BrokerHeartbeatNeeds {
  readonly controller: Controller;
  readonly authorizer: Authorizer;
}

/**
 * BrokerHeartbeat (key 63), versions 0–2 (KIP-858): a broker lives, how far it has come in the metadata, and
 * what it wants. Cordoned directories are not taken note of.
 */
export function brokerHeartbeatHandler(
  needs: BrokerHeartbeatNeeds,
): Handler<typeof brokerHeartbeatRequest, typeof brokerHeartbeatResponse> {
  return {
    request: brokerHeartbeatRequest,
    response: brokerHeartbeatResponse,
    async handle(
      request,
      { principal, connectionId },
    ): Promise<HandlerAnswer<typeof brokerHeartbeatResponse>> {
      const { authorizer, controller } = needs;
      if (!authorizer.isAllowed(principal, AclOperation.CLUSTER_ACTION, 'cluster', CLUSTER_RESOURCE)) {
        return { errorCode: ErrorCode.CLUSTER_AUTHORIZATION_FAILED };
      }
      const outcome = await controller.heartbeat({
        brokerId: request.brokerId,
        brokerEpoch: request.brokerEpoch,
        metadataOffset: request.currentMetadataOffset,
        connectionId,
        wantsFence: request.wantFence,
        wantsShutdown: request.wantShutDown,
        offlineDirectories: request.offlineLogDirs,
      });
      if (outcome.kind === 'not-controller') return NOT_CONTROLLER;
      const reply = outcome.response;
      if (reply.kind === 'refused') return { errorCode: reply.errorCode };
      const { isCaughtUp, isFenced, shouldShutDown } = reply;
      return { isCaughtUp, isFenced, shouldShutDown };
    },
    refuse: (errorCode) => ({ errorCode }),
  };
}
