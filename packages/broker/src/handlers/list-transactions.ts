import { ErrorCode } from '../protocol/errors.ts';
import type { Decoded } from '../protocol/message.ts';
import { listTransactionsRequest } from '../protocol/messages/list-transactions-request.ts';
import { listTransactionsResponse } from '../protocol/messages/list-transactions-response.ts';
import type { Clock } from '../runtime/clock.ts';
import { compilePattern } from '../runtime/re2.ts';
import { TRANSACTION_STATES, type TransactionMetadata } from '../transactions/transaction-metadata.ts';
import type { Handler } from './handler.ts';
import { mayDescribeTransaction, type TransactionNeeds } from './transaction-access.ts';

export interface ListTransactionsNeeds extends TransactionNeeds {
  readonly clock: Clock;
}

type ListTransactionsRequest = Decoded<typeof listTransactionsRequest>;

/**
 * ListTransactions (key 66), versions 0–2 (KIP-664): the transactional ids of this coordinator that pass all filters. 1
 * brought that of how long a transaction has been open (KIP-994), 2 that of the id, a regular expression (KIP-1152).
 */
export function listTransactionsHandler(
  needs: ListTransactionsNeeds,
): Handler<typeof listTransactionsRequest, typeof listTransactionsResponse> {
  return {
    request: listTransactionsRequest,
    response: listTransactionsResponse,
    handle(request, context) {
      const all = needs.transactions.all();
      if (all.kind === 'refused') return { errorCode: all.errorCode };
      const passes = filterOf(request, needs.clock.wallMs());
      if (passes === null) return { errorCode: ErrorCode.INVALID_REGULAR_EXPRESSION };
      const states: readonly string[] = TRANSACTION_STATES;
      return {
        unknownStateFilters: [...new Set(request.stateFilters)].filter((name) => !states.includes(name)),
        transactionStates: all.value
          .filter(passes)
          .filter(({ transactionalId }) => mayDescribeTransaction(needs, context, transactionalId))
          .map(({ producerId, state: transactionState, transactionalId }) => ({
            ...{ transactionalId, producerId, transactionState },
          })),
      };
    },
    refuse: (errorCode) => ({ errorCode }),
  };
}

/** Null where the pattern is none. What is not asked for lets everything pass, a negative duration too. */
function filterOf(
  { durationFilter, producerIdFilters, stateFilters, transactionalIdPattern }: ListTransactionsRequest,
  nowMs: number,
): ((metadata: TransactionMetadata) => boolean) | null {
  const pattern = transactionalIdPattern ? compilePattern(transactionalIdPattern) : null;
  if (pattern?.kind === 'invalid') return null;
  const producerIds = new Set(producerIdFilters);
  const states = new Set(stateFilters);
  return ({ producerId, startMs, state, transactionalId }) =>
    (producerIds.size === 0 || producerIds.has(producerId)) &&
    (states.size === 0 || states.has(state)) &&
    (durationFilter < 0 || nowMs - startMs > durationFilter) &&
    (pattern === null || pattern.matches(transactionalId));
}
