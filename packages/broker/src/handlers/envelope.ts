import type { Controller } from '../controller/controller.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { envelopeRequest } from '../protocol/messages/envelope-request.ts';
import { envelopeResponse } from '../protocol/messages/envelope-response.ts';
import { CLUSTER_RESOURCE } from '../security/authorized-operations.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import { addressIn } from './address-bytes.ts';
import type { Dispatch } from './dispatch.ts';
import { principalIn } from './forwarded-principal.ts';
import { type Handler, NOT_CONTROLLER } from './handler.ts';

export interface EnvelopeNeeds {
  readonly controller: Pick<Controller, 'isActive'>;
  readonly authorizer: Authorizer;
  /** What answers the requests in envelopes: those that a client may have sent to a broker, and no others. */
  readonly forwardable: () => Dispatch;
}

/**
 * Envelope (key 58), version 0 (KIP-590): a request that a client sent to another broker, with the client's principal
 * and address. The answer inside is what the client is to get, header and all.
 */
export function envelopeHandler(
  needs: EnvelopeNeeds,
): Handler<typeof envelopeRequest, typeof envelopeResponse> {
  return {
    request: envelopeRequest,
    response: envelopeResponse,
    async handle(envelope, { principal, connectionId, listenerName }) {
      if (!needs.authorizer.isAllowed(principal, AclOperation.CLUSTER_ACTION, 'cluster', CLUSTER_RESOURCE)) {
        return { errorCode: ErrorCode.CLUSTER_AUTHORIZATION_FAILED };
      }
      const client = principalIn(envelope.requestPrincipal);
      if (client === null) return { errorCode: ErrorCode.PRINCIPAL_DESERIALIZATION_FAILURE };
      const clientHost = addressIn(envelope.clientHostAddress);
      if (clientHost === null) return { errorCode: ErrorCode.INVALID_REQUEST };
      if (!needs.controller.isActive) return NOT_CONTROLLER;
      const origin = { connectionId, listenerName, clientHost, principal: client };
      const outcome = await needs.forwardable().dispatchHere(envelope.requestData, origin);
      switch (outcome.kind) {
        case 'response':
          return { responseData: Buffer.concat(outcome.parts) };
        case 'not-controller':
          return NOT_CONTROLLER;
        case 'close':
          // Whoever sent it closes the connection to the client then.
          return { errorCode: ErrorCode.UNSUPPORTED_VERSION };
        case 'none':
          return { errorCode: ErrorCode.INVALID_REQUEST };
      }
    },
    refuse: (errorCode) => ({ errorCode }),
  };
}
