import { ErrorCode, errorOf } from '../protocol/errors.ts';
import { envelopeRequest } from '../protocol/messages/envelope-request.ts';
import { envelopeResponse } from '../protocol/messages/envelope-response.ts';
import type { PeerChannel } from '../protocol/peer-channel.ts';
import type { Logger } from '../runtime/logger.ts';
import { addressBytes } from './address-bytes.ts';
import type { Forwarding } from './dispatch.ts';
import { principalBytes } from './forwarded-principal.ts';

/** As long as Kafka's brokers look for a controller on behalf of a client. */
const TIMEOUT_MS = 60_000;

/**
 * Sends clients' requests on to the controller, whichever node that is, in envelopes (KIP-590). Clients never hear of
 * envelopes: what is wrong with one is an unexpected error to them, and where no controller is to be found in time
 * their request has timed out.
 */
export function forwarding({
  controller,
  logger,
}: {
  readonly controller: PeerChannel;
  readonly logger: Logger;
}): Forwarding['forward'] {
  return async (frame, { principal, clientHost }) => {
    const answer = await controller.ask({
      request: envelopeRequest,
      response: envelopeResponse,
      version: 0,
      body: {
        requestData: frame,
        requestPrincipal: principalBytes(principal),
        clientHostAddress: addressBytes(clientHost),
      },
      timeoutMs: TIMEOUT_MS,
    });
    if (answer.kind === 'unanswered') return { kind: 'failed', errorCode: ErrorCode.REQUEST_TIMED_OUT };
    const { errorCode, responseData } = answer.body;
    if (errorCode === ErrorCode.UNSUPPORTED_VERSION) {
      return { kind: 'close', reason: 'the controller cannot read the request' };
    }
    if (errorCode !== ErrorCode.NONE || responseData === null) {
      logger.warn({ error: errorOf(errorCode).name }, 'the controller refused to open an envelope');
      return { kind: 'failed', errorCode: ErrorCode.UNKNOWN_SERVER_ERROR };
    }
    return { kind: 'response', parts: [responseData] };
  };
}
