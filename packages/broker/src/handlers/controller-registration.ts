import type { Controller } from '../controller/controller.ts';
import { ErrorCode, errorOf } from '../protocol/errors.ts';
import { controllerRegistrationRequest } from '../protocol/messages/controller-registration-request.ts';
import { controllerRegistrationResponse } from '../protocol/messages/controller-registration-response.ts';
import { CLUSTER_RESOURCE } from '../security/authorized-operations.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import type { Handler } from './handler.ts';

export interface ControllerRegistrationNeeds {
  readonly controller: Controller;
  readonly authorizer: Authorizer;
}

/** ControllerRegistration (key 70), version 0: a node of the quorum says where it is and what it can (KIP-919). */
export function controllerRegistrationHandler(
  needs: ControllerRegistrationNeeds,
): Handler<typeof controllerRegistrationRequest, typeof controllerRegistrationResponse> {
  return {
    request: controllerRegistrationRequest,
    response: controllerRegistrationResponse,
    async handle({ controllerId: id, incarnationId, listeners, features }, { principal }) {
      const { authorizer, controller } = needs;
      if (!authorizer.isAllowed(principal, AclOperation.CLUSTER_ACTION, 'cluster', CLUSTER_RESOURCE)) {
        return refused(ErrorCode.CLUSTER_AUTHORIZATION_FAILED);
      }
      const endpoints = listeners.map(({ name: listenerName, ...address }) => ({ listenerName, ...address }));
      const outcome = await controller.registerController({ id, incarnationId, endpoints, features });
      return outcome.kind === 'not-controller' ? refused(ErrorCode.NOT_CONTROLLER) : refused(ErrorCode.NONE);
    },
    refuse: refused,
  };
}

function refused(errorCode: number) {
  return { errorCode, errorMessage: errorCode === ErrorCode.NONE ? null : errorOf(errorCode).message };
}
