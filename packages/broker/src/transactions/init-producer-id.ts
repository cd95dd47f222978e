import { ErrorCode } from '../protocol/errors.ts';
import { NO_PRODUCER_EPOCH, NO_PRODUCER_ID } from '../protocol/record-batch.ts';
import {
  isEnding,
  isExhausted,
  newTransactionalId,
  type TransactionMetadata,
} from './transaction-metadata.ts';
import { fenced, initialized, runsOut } from './transaction-transitions.ts';

export interface InitProducerIdRequest {
  readonly transactionalId: string;
  readonly timeoutMs: number;
  /** What the producer has been until now (KIP-360); null for one that begins. */
  readonly expected: { readonly producerId: number; readonly producerEpoch: number } | null;
}

/** What a decision about producers rests on besides what is known of the id. */
export interface TransactionSetting {
  readonly nowMs: number;
  /** Of the cluster. */
  readonly transactionVersion: number;
  /** An id that nobody had before; null when none is at hand. */
  readonly takeProducerId: () => number | null;
}

export type InitProducerIdOutcome =
  | { readonly kind: 'refused'; readonly errorCode: number }
  | { readonly kind: 'initialized'; readonly metadata: TransactionMetadata }
  /** What another producer has left open is aborted first; the client is to ask again. */
  | { readonly kind: 'fenced'; readonly metadata: TransactionMetadata };

/** A producer begins under a transactional id, which fences whoever used it before. */
export function initProducerId(
  known: TransactionMetadata | undefined,
  request: InitProducerIdRequest,
  setting: TransactionSetting,
): InitProducerIdOutcome {
  const { takeProducerId } = setting;
  if (known === undefined) {
    const producerId = takeProducerId();
    if (producerId === null) return refused(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    return withEpoch(newTransactionalId(request.transactionalId, producerId), request, setting);
  }
  if (isEnding(known)) return refused(ErrorCode.CONCURRENT_TRANSACTIONS);
  if (!isExpected(known, request.expected)) return refused(ErrorCode.PRODUCER_FENCED);
  if (known.state === 'Ongoing') return fenceOngoing(known, setting);
  return withEpoch(known, request, setting);
}

/** Aborts an open transaction in its producer's stead. */
export function fenceOngoing(
  metadata: TransactionMetadata,
  { nowMs, takeProducerId, transactionVersion: clientTransactionVersion }: TransactionSetting,
): Exclude<InitProducerIdOutcome, { kind: 'initialized' }> {
  const nextProducerId = runsOut(metadata, clientTransactionVersion) ? takeProducerId() : NO_PRODUCER_ID;
  if (nextProducerId === null) return refused(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
  return {
    kind: 'fenced',
    metadata: fenced(metadata, { clientTransactionVersion, nextProducerId }, nowMs),
  };
}

/**
 * The epoch is looked at later. A producer that was just given another id, because its epochs had run out, may not have
 * heard of it and name the former one.
 */
function isExpected(known: TransactionMetadata, expected: InitProducerIdRequest['expected']): boolean {
  if (expected === null || expected.producerId === known.producerId) return true;
  return expected.producerId === known.previousProducerId && isExhausted(expected.producerEpoch);
}

function withEpoch(
  known: TransactionMetadata,
  { expected, timeoutMs }: InitProducerIdRequest,
  { nowMs, takeProducerId }: TransactionSetting,
): InitProducerIdOutcome {
  const { lastProducerEpoch, producerEpoch, producerId } = known;
  const isNewest = expected === null || expected.producerEpoch === producerEpoch;
  const isNew = producerEpoch === NO_PRODUCER_EPOCH;
  if (!isNewest && !isNew) {
    // Whoever names the epoch before this one asks again for what was given: another producer would have erased it.
    return expected.producerEpoch === lastProducerEpoch
      ? done(initialized(known, { producerId, producerEpoch, lastProducerEpoch, timeoutMs }, nowMs))
      : refused(ErrorCode.PRODUCER_FENCED);
  }
  const last = expected === null ? NO_PRODUCER_EPOCH : producerEpoch;
  if (isExhausted(producerEpoch)) {
    const next = takeProducerId();
    if (next === null) return refused(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    const producer = { producerId: next, producerEpoch: 0, lastProducerEpoch: last, timeoutMs };
    return done(initialized(known, producer, nowMs));
  }
  const producer = { producerId, producerEpoch: producerEpoch + 1, lastProducerEpoch: last, timeoutMs };
  return done(initialized(known, producer, nowMs));
}

function done(metadata: TransactionMetadata): InitProducerIdOutcome {
  return { kind: 'initialized', metadata };
}

function refused(errorCode: number): { readonly kind: 'refused'; readonly errorCode: number } {
  return { kind: 'refused', errorCode };
}
