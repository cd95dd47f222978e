import { ErrorCode } from '../protocol/errors.ts';
import type { Encodable } from '../protocol/message.ts';
import { describeTransactionsRequest } from '../protocol/messages/describe-transactions-request.ts';
import { describeTransactionsResponse } from '../protocol/messages/describe-transactions-response.ts';
import { AclOperation } from '../security/authorizer.ts';
import type { Handler, RequestContext } from './handler.ts';
import { mayDescribeTransaction, type TransactionNeeds } from './transaction-access.ts';

type Described = NonNullable<Encodable<typeof describeTransactionsResponse>['transactionStates']>[number];

/** DescribeTransactions (key 65), version 0 (KIP-664): state, producer, age and partitions of transactional ids. */
export function describeTransactionsHandler(
  needs: TransactionNeeds,
): Handler<typeof describeTransactionsRequest, typeof describeTransactionsResponse> {
  return {
    request: describeTransactionsRequest,
    response: describeTransactionsResponse,
    handle: ({ transactionalIds }, context) => ({
      transactionStates: transactionalIds.map((transactionalId) => describe(needs, transactionalId, context)),
    }),
    refuse: (errorCode, { transactionalIds }) => ({
      transactionStates: transactionalIds.map((transactionalId) => ({ transactionalId, errorCode })),
    }),
  };
}

function describe(needs: TransactionNeeds, transactionalId: string, context: RequestContext): Described {
  if (!mayDescribeTransaction(needs, context, transactionalId)) {
    return { transactionalId, errorCode: ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED };
  }
  if (transactionalId === '') return { transactionalId, errorCode: ErrorCode.INVALID_REQUEST };
  const found = needs.transactions.find(transactionalId);
  if (found.kind === 'refused') return { transactionalId, errorCode: found.errorCode };
  const metadata = found.value;
  if (metadata === null) return { transactionalId, errorCode: ErrorCode.TRANSACTIONAL_ID_NOT_FOUND };
  const mayDescribe = (topic: string): boolean =>
    needs.authorizer.isAllowed(context.principal, AclOperation.DESCRIBE, 'topic', topic);
  return {
    ...{ transactionalId, errorCode: ErrorCode.NONE, transactionState: metadata.state },
    ...{ transactionTimeoutMs: metadata.timeoutMs, transactionStartTimeMs: metadata.startMs },
    ...{ producerId: metadata.producerId, producerEpoch: metadata.producerEpoch },
    topics: [...metadata.partitions]
      .filter(([topic]) => mayDescribe(topic))
      .map(([topic, partitions]) => ({ topic, partitions })),
  };
}
