import { ErrorCode } from '../protocol/errors.ts';
import { NO_PRODUCER_ID } from '../protocol/record-batch.ts';
import type { TransactionSetting } from './init-producer-id.ts';
import {
  EPOCH_PER_TRANSACTION,
  isEnding,
  isExhausted,
  type TransactionMetadata,
} from './transaction-metadata.ts';
import { prepared, runsOut } from './transaction-transitions.ts';

export interface EndTransactionRequest {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly committed: boolean;
  /** The rules of the client: 0, or 2 with an epoch per transaction. */
  readonly clientTransactionVersion: number;
}

export type EndTransactionOutcome =
  | { readonly kind: 'refused'; readonly errorCode: number }
  /** It is over already, and this the producer's second question for the same end. */
  | { readonly kind: 'repeated' }
  | { readonly kind: 'prepared'; readonly metadata: TransactionMetadata };

/** A producer commits or aborts. */
export function endTransaction(
  known: TransactionMetadata | undefined,
  request: EndTransactionRequest,
  setting: TransactionSetting,
): EndTransactionOutcome {
  if (known === undefined) return refused(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
  return request.clientTransactionVersion >= EPOCH_PER_TRANSACTION
    ? endWithEpochPerTransaction(known, request, setting)
    : endWithOneEpoch(known, request, setting);
}

/** All transactions of a producer have the same epoch: a late repetition is taken for the end of the next one (KAFKA-17754). */
function endWithOneEpoch(
  known: TransactionMetadata,
  request: EndTransactionRequest,
  setting: TransactionSetting,
): EndTransactionOutcome {
  if (known.producerId !== request.producerId) return refused(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
  if (known.producerEpoch !== request.producerEpoch) return refused(ErrorCode.PRODUCER_FENCED);
  if (isEnding(known)) return refused(ErrorCode.CONCURRENT_TRANSACTIONS);
  if (known.state === 'Ongoing') return prepare(known, request, setting);
  return isOutcome(known, request.committed) ? { kind: 'repeated' } : refused(ErrorCode.INVALID_TXN_STATE);
}

/**
 * The epoch tells the end of this transaction from a repeated question for the one before. A client that does not know
 * whether its transaction has begun may abort nothing, which gives it an epoch that nothing older can have.
 */
function endWithEpochPerTransaction(
  known: TransactionMetadata,
  request: EndTransactionRequest,
  setting: TransactionSetting,
): EndTransactionOutcome {
  // Before anything else: the client may already have the producer id that follows on the one that is known.
  if (isEnding(known)) return refused(ErrorCode.CONCURRENT_TRANSACTIONS);
  const isRepeated = isOver(known) && (isOneBehind(known, request) || isBehindRotation(known, request));
  if (known.producerId !== request.producerId && !isBehindRotation(known, request)) {
    return refused(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
  }
  if (!isRepeated && known.producerEpoch !== request.producerEpoch) return refused(ErrorCode.PRODUCER_FENCED);
  if (isRepeated) {
    return isOutcome(known, request.committed) ? { kind: 'repeated' } : refused(ErrorCode.INVALID_TXN_STATE);
  }
  const isPossible = known.state === 'Ongoing' || !request.committed;
  return isPossible ? prepare(known, request, setting) : refused(ErrorCode.INVALID_TXN_STATE);
}

function isOver({ state }: TransactionMetadata): boolean {
  return state === 'CompleteCommit' || state === 'CompleteAbort';
}

function isOneBehind(known: TransactionMetadata, { producerEpoch }: EndTransactionRequest): boolean {
  return known.producerEpoch === producerEpoch + 1;
}

/** The end that is asked for again was that with which the epochs of the former producer id ran out. */
function isBehindRotation(known: TransactionMetadata, request: EndTransactionRequest): boolean {
  const { producerEpoch, producerId } = request;
  return known.previousProducerId === producerId && isExhausted(producerEpoch) && known.producerEpoch === 0;
}

function isOutcome({ state }: TransactionMetadata, committed: boolean): boolean {
  return state === (committed ? 'CompleteCommit' : 'CompleteAbort');
}

function prepare(
  known: TransactionMetadata,
  { clientTransactionVersion, committed }: EndTransactionRequest,
  { nowMs, takeProducerId }: TransactionSetting,
): EndTransactionOutcome {
  const nextProducerId = runsOut(known, clientTransactionVersion) ? takeProducerId() : NO_PRODUCER_ID;
  if (nextProducerId === null) return refused(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
  return {
    kind: 'prepared',
    metadata: prepared(known, { committed, clientTransactionVersion, nextProducerId }, nowMs),
  };
}

function refused(errorCode: number): EndTransactionOutcome {
  return { kind: 'refused', errorCode };
}
