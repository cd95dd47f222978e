import type { Controller } from '../controller/controller.ts';
import { ErrorCode, errorOf } from '../protocol/errors.ts';
import { unregisterBrokerRequest } from '../protocol/messages/unregister-broker-request.ts';
import { unregisterBrokerResponse } from '../protocol/messages/unregister-broker-response.ts';
import { CLUSTER_RESOURCE } from '../security/authorized-operations.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import { type Handler, NOT_CONTROLLER } from './handler.ts';

export interface UnregisterBrokerNeeds {
  readonly controller: Controller;
  readonly authorizer: Authorizer;
}

/** UnregisterBroker (key 64), version 0: takes a broker out of the cluster that will not come back. */
export function unregisterBrokerHandler(
  needs: UnregisterBrokerNeeds,
): Handler<typeof unregisterBrokerRequest, typeof unregisterBrokerResponse> {
  return {
    request: unregisterBrokerRequest,
    response: unregisterBrokerResponse,
    async handle({ brokerId }, { principal }) {
      const { authorizer, controller } = needs;
      if (!authorizer.isAllowed(principal, AclOperation.ALTER, 'cluster', CLUSTER_RESOURCE)) {
        return refused(ErrorCode.CLUSTER_AUTHORIZATION_FAILED);
      }
      const outcome = await controller.unregisterBroker(brokerId);
      return outcome.kind === 'not-controller' ? NOT_CONTROLLER : outcome.response;
    },
    refuse: refused,
  };
}

function refused(errorCode: number): { readonly errorCode: number; readonly errorMessage: string | null } {
  return { errorCode, errorMessage: errorOf(errorCode).message };
}
