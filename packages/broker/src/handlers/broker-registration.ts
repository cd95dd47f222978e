import type { Controller } from '../controller/controller.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { brokerRegistrationRequest } from '../protocol/messages/broker-registration-request.ts';
import { brokerRegistrationResponse } from '../protocol/messages/broker-registration-response.ts';
import { CLUSTER_RESOURCE } from '../security/authorized-operations.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import { type Handler, type HandlerAnswer, NOT_CONTROLLER } from './handler.ts';

export interface BrokerRegistrationNeeds {
  readonly controller: Controller;
  readonly authorizer: Authorizer;
}

/** BrokerRegistration (key 62), versions 0–4: a broker has started, and says what it is. */
export function brokerRegistrationHandler(
  needs: BrokerRegistrationNeeds,
): Handler<typeof brokerRegistrationRequest, typeof brokerRegistrationResponse> {
  return {
    request: brokerRegistrationRequest,
    response: brokerRegistrationResponse,
    async handle(request, { principal }): Promise<HandlerAnswer<typeof brokerRegistrationResponse>> {
      const { authorizer, controller } = needs;
      if (!authorizer.isAllowed(principal, AclOperation.CLUSTER_ACTION, 'cluster', CLUSTER_RESOURCE)) {
        return { errorCode: ErrorCode.CLUSTER_AUTHORIZATION_FAILED };
      }
      // Brokers of ZooKeeper's time are not taken.
      if (request.isMigratingZkBroker) return { errorCode: ErrorCode.BROKER_ID_NOT_REGISTERED };
      const { listeners, logDirs: directories, ...registration } = request;
      const outcome = await controller.registerBroker({
        ...registration,
        directories,
        endpoints: listeners.map(({ name: listenerName, ...endpoint }) => ({ listenerName, ...endpoint })),
      });
      if (outcome.kind === 'not-controller') return NOT_CONTROLLER;
      const reply = outcome.response;
      return reply.kind === 'refused' ? { errorCode: reply.errorCode } : { brokerEpoch: reply.brokerEpoch };
    },
    refuse: (errorCode) => ({ errorCode }),
  };
}
