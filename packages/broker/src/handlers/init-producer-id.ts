import { ErrorCode } from '../protocol/errors.ts';
import type { Decoded, Encodable } from '../protocol/message.ts';
import { initProducerIdRequest } from '../protocol/messages/init-producer-id-request.ts';
import { initProducerIdResponse } from '../protocol/messages/init-producer-id-response.ts';
import { NO_PRODUCER_EPOCH, NO_PRODUCER_ID } from '../protocol/record-batch.ts';
import { AclOperation } from '../security/authorizer.ts';
import type { Handler, RequestContext } from './handler.ts';
import { fencedFor, mayWriteTransaction, type TransactionNeeds } from './transaction-access.ts';

export interface InitProducerIdNeeds extends TransactionNeeds {
  /** A producer id that was never given before; null when none can be had at present. */
  readonly nextProducerId: () => Promise<number | null>;
}

type InitProducerIdRequest = Decoded<typeof initProducerIdRequest>;
type InitProducerIdResponse = Encodable<typeof initProducerIdResponse>;

/** The one resource of type cluster. */
const CLUSTER = 'kafka-cluster';

/** From here on clients know PRODUCER_FENCED (KIP-588). */
const KNOWS_FENCED_FROM = 4;

/**
 * InitProducerId (key 22), versions 0–5 (KIP-98). An idempotent producer gets an id that nobody had before, each time
 * it asks. A transactional one gets the id that belongs to its transactional id, with an epoch that fences whoever had
 * it before; what that has left open is aborted first, and CONCURRENT_TRANSACTIONS says to ask again. From version 3 on
 * a producer may name what it has had, and goes on unless another has come in between (KIP-360).
 */
export function initProducerIdHandler(
  needs: InitProducerIdNeeds,
): Handler<typeof initProducerIdRequest, typeof initProducerIdResponse> {
  return {
    request: initProducerIdRequest,
    response: initProducerIdResponse,
    async handle(request, context) {
      const errorCode = refusalOf(needs, request, context);
      if (errorCode !== ErrorCode.NONE) return refused(errorCode);
      const { producerEpoch, producerId, transactionTimeoutMs: timeoutMs, transactionalId } = request;
      if (transactionalId === null) return idempotent(await needs.nextProducerId());
      const answer = await needs.transactions.initProducerId({
        ...{ transactionalId, timeoutMs },
        expected: producerId === NO_PRODUCER_ID ? null : { producerId, producerEpoch },
      });
      return { ...answer, errorCode: fencedFor(context, KNOWS_FENCED_FROM, answer.errorCode) };
    },
    refuse: refused,
  };
}

function idempotent(producerId: number | null): InitProducerIdResponse {
  return producerId === null
    ? refused(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS)
    : { errorCode: ErrorCode.NONE, producerId, producerEpoch: 0 };
}

function refusalOf(
  needs: InitProducerIdNeeds,
  request: InitProducerIdRequest,
  context: RequestContext,
): number {
  const { authorizer } = needs;
  const { producerEpoch, producerId, transactionalId } = request;
  if (transactionalId !== null && !mayWriteTransaction(needs, context, transactionalId)) {
    return ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
  }
  const mayWrite = authorizer.isAllowed(context.principal, AclOperation.IDEMPOTENT_WRITE, 'cluster', CLUSTER);
  if (transactionalId === null && !mayWrite) return ErrorCode.CLUSTER_AUTHORIZATION_FAILED;
  const hasId = producerId !== NO_PRODUCER_ID;
  const hasEpoch = producerEpoch !== NO_PRODUCER_EPOCH;
  return hasId === hasEpoch ? ErrorCode.NONE : ErrorCode.INVALID_REQUEST;
}

function refused(errorCode: number): InitProducerIdResponse {
  return { errorCode, producerId: NO_PRODUCER_ID, producerEpoch: NO_PRODUCER_EPOCH };
}
