import { ErrorCode } from '../protocol/errors.ts';
import { endTxnRequest } from '../protocol/messages/end-txn-request.ts';
import { endTxnResponse } from '../protocol/messages/end-txn-response.ts';
import type { Handler } from './handler.ts';
import { fencedFor, mayWriteTransaction, type TransactionNeeds } from './transaction-access.ts';

const KNOWS_FENCED_FROM = 2;

/** From here on every transaction has an epoch of its own, and the answer names what the producer goes on with. */
const EPOCH_PER_TRANSACTION_FROM = 5;

/**
 * EndTxn (key 26), versions 0–5: commits or aborts. It is answered when the outcome is certain, before the partitions
 * have their markers. Version 5 tells a repeated question for one transaction from the end of the next (KIP-890).
 */
export function endTxnHandler(needs: TransactionNeeds): Handler<typeof endTxnRequest, typeof endTxnResponse> {
  return {
    request: endTxnRequest,
    response: endTxnResponse,
    async handle({ committed, producerEpoch, producerId, transactionalId }, context) {
      if (!mayWriteTransaction(needs, context, transactionalId)) {
        return { errorCode: ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED };
      }
      const hasEpochs = context.apiVersion >= EPOCH_PER_TRANSACTION_FROM;
      const answer = await needs.transactions.endTransaction({
        ...{ transactionalId, producerId, producerEpoch, committed },
        clientTransactionVersion: hasEpochs ? 2 : 0,
      });
      return { ...answer, errorCode: fencedFor(context, KNOWS_FENCED_FROM, answer.errorCode) };
    },
    refuse: (errorCode) => ({ errorCode }),
  };
}
