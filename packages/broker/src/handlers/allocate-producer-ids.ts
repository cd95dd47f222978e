import type { Controller } from '../controller/controller.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { allocateProducerIdsRequest } from '../protocol/messages/allocate-producer-ids-request.ts';
import { allocateProducerIdsResponse } from '../protocol/messages/allocate-producer-ids-response.ts';
import { CLUSTER_RESOURCE } from '../security/authorized-operations.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import { type Handler, NOT_CONTROLLER } from './handler.ts';

export interface AllocateProducerIdsNeeds {
  readonly controller: Controller;
  readonly authorizer: Authorizer;
}

/** AllocateProducerIds (key 67), version 0: the next block of producer ids, for a broker in its present incarnation. */
export function allocateProducerIdsHandler(
  needs: AllocateProducerIdsNeeds,
): Handler<typeof allocateProducerIdsRequest, typeof allocateProducerIdsResponse> {
  return {
    request: allocateProducerIdsRequest,
    response: allocateProducerIdsResponse,
    async handle({ brokerEpoch, brokerId }, { principal }) {
      const { authorizer, controller } = needs;
      if (!authorizer.isAllowed(principal, AclOperation.CLUSTER_ACTION, 'cluster', CLUSTER_RESOURCE)) {
        return { errorCode: ErrorCode.CLUSTER_AUTHORIZATION_FAILED };
      }
      const outcome = await controller.allocateProducerIds({ id: brokerId, epoch: brokerEpoch });
      if (outcome.kind === 'not-controller') return NOT_CONTROLLER;
      const block = outcome.response;
      return block.kind === 'refused'
        ? { errorCode: block.errorCode }
        : { producerIdStart: block.firstId, producerIdLen: block.length };
    },
    refuse: (errorCode) => ({ errorCode }),
  };
}
