import { ErrorCode } from '../protocol/errors.ts';
import type { Decoded, Encodable } from '../protocol/message.ts';
import { initProducerIdRequest } from '../protocol/messages/init-producer-id-request.ts';
import { initProducerIdResponse } from '../protocol/messages/init-producer-id-response.ts';
import { NO_PRODUCER_EPOCH, NO_PRODUCER_ID } from '../protocol/record-batch.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import type { Handler, RequestContext } from './handler.ts';

export interface InitProducerIdNeeds {
  readonly authorizer: Authorizer;
  /** A producer id that was never given before; null when none can be had at present. */
  readonly nextProducerId: () => Promise<number | null>;
}

type InitProducerIdRequest = Decoded<typeof initProducerIdRequest>;
type InitProducerIdResponse = Encodable<typeof initProducerIdResponse>;

/** The one resource of type cluster. */
const CLUSTER = 'kafka-cluster';

/**
 * InitProducerId (key 22), versions 0–5: an id for an idempotent producer (KIP-98). A producer that has one and asks
 * again (3, KIP-360) gets another. Transactional producers are refused with
 * TRANSACTIONAL_ID_AUTHORIZATION_FAILED, which Java's and librdkafka's producers take for final.
 */
export function initProducerIdHandler(
  needs: InitProducerIdNeeds,
): Handler<typeof initProducerIdRequest, typeof initProducerIdResponse> {
  return {
    request: initProducerIdRequest,
    response: initProducerIdResponse,
    async handle(request, context) {
      const errorCode = refusalOf(needs.authorizer, request, context);
      if (errorCode !== ErrorCode.NONE) return refused(errorCode);
      const producerId = await needs.nextProducerId();
      if (producerId === null) return refused(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
      return { errorCode: ErrorCode.NONE, producerId, producerEpoch: 0 };
    },
    refuse: refused,
  };
}

function refusalOf(authorizer: Authorizer, request: InitProducerIdRequest, context: RequestContext): number {
  if (request.transactionalId === '') return ErrorCode.INVALID_REQUEST;
  if (request.transactionalId !== null) return ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
  if (!authorizer.isAllowed(context.principal, AclOperation.IDEMPOTENT_WRITE, 'cluster', CLUSTER)) {
    return ErrorCode.CLUSTER_AUTHORIZATION_FAILED;
  }
  const hasId = request.producerId !== NO_PRODUCER_ID;
  const hasEpoch = request.producerEpoch !== NO_PRODUCER_EPOCH;
  return hasId === hasEpoch ? ErrorCode.NONE : ErrorCode.INVALID_REQUEST;
}

function refused(errorCode: number): InitProducerIdResponse {
  return { errorCode, producerId: NO_PRODUCER_ID, producerEpoch: NO_PRODUCER_EPOCH };
}
