import { ErrorCode } from '../protocol/errors.ts';
import { addToSequence, NO_PRODUCER_EPOCH, NO_SEQUENCE, NO_TIMESTAMP } from '../protocol/record-batch.ts';
import type { AppendOrigin } from './append-outcome.ts';
import type { Verification } from './transaction-verifications.ts';

/** What the log knows of one batch of a producer, to tell a repetition from a new one. */
export interface ProducerBatch {
  readonly lastSequence: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly timestamp: number;
}

/** The state of one producer in one partition. */
export interface ProducerEntry {
  readonly producerId: number;
  epoch: number;
  /** The epoch of the coordinator that wrote the last marker, -1 without one. */
  coordinatorEpoch: number;
  lastTimestamp: number;
  /** Where its open transaction begins in this log, -1 without one. */
  currentTxnFirstOffset: number;
  /** The last batches of this epoch, oldest first. Never changed in place. */
  batches: readonly ProducerBatch[];
}

/** A batch with a producer id, as its header says. */
export interface ProducerAppend {
  readonly producerId: number;
  readonly epoch: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly timestamp: number;
  readonly isTransactional: boolean;
}

/** A transaction's end in this partition, as its control batch says. */
export interface TransactionMarker {
  readonly producerId: number;
  readonly epoch: number;
  readonly coordinatorEpoch: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly isAbort: boolean;
}

export interface SequenceRejection {
  readonly errorCode: number;
  readonly message: string;
}

/** How many batches of a producer are remembered; a client has at most so many in flight (KIP-98). */
const BATCHES_REMEMBERED = 5;

const LAST_EPOCH = 0x7fff;

/** A producer that has written nothing yet. */
export function newProducerEntry(producerId: number): ProducerEntry {
  return {
    producerId,
    epoch: NO_PRODUCER_EPOCH,
    coordinatorEpoch: -1,
    lastTimestamp: NO_TIMESTAMP,
    currentTxnFirstOffset: -1,
    batches: [],
  };
}

/** The batch that `append` repeats, or null. */
export function duplicateOf(entry: ProducerEntry | undefined, append: ProducerAppend): ProducerBatch | null {
  if (entry === undefined || entry.epoch !== append.epoch) return null;
  return entry.batches.find((batch) => repeats(append, batch)) ?? null;
}

/** What a batch is held against besides its producer. */
export interface AppendTerms {
  readonly origin: AppendOrigin;
  /** Whether the batch may begin a transaction here. */
  readonly isVerified: boolean;
  /** What was asked for its producer and not used yet. */
  readonly verification: Verification | undefined;
}

/** Why a leader does not append the batch behind what its producer wrote, or null; duplicates are told before. */
export function refusalOf(
  entry: ProducerEntry | undefined,
  append: ProducerAppend,
  { origin, isVerified, verification }: AppendTerms,
): SequenceRejection | null {
  if (entry !== undefined && append.epoch < entry.epoch) return fencedEpoch(append, entry.epoch);
  const isOngoing = entry !== undefined && entry.currentTxnFirstOffset >= 0;
  if (append.isTransactional && !isVerified && !(isOngoing && entry.epoch === append.epoch)) {
    return {
      errorCode: ErrorCode.INVALID_TXN_STATE,
      message: 'The transactional batch is not part of an ongoing transaction',
    };
  }
  const outOfOrder =
    origin === 'client'
      ? (overtakingOf(entry, append, verification) ?? sequenceRefusalOf(entry, append))
      : null;
  if (outOfOrder !== null) return outOfOrder;
  if (!isOngoing || append.isTransactional) return null;
  return {
    errorCode: ErrorCode.INVALID_TXN_STATE,
    message: `Producer ${append.producerId} sent a batch outside of its open transaction`,
  };
}

/**
 * Why a leader does not append the marker, or null. From transaction version 2 on the coordinator raises the epoch with
 * every transaction: a marker of the epoch that is written in is late, and must not end the transaction that began since
 * (KAFKA-17754). Where no transaction is open it is one that was written before and whose answer was lost.
 */
export function markerRefusalOf(
  entry: ProducerEntry | undefined,
  marker: TransactionMarker,
  transactionVersion: number,
): SequenceRejection | null {
  if (entry === undefined) return null;
  if (marker.epoch < entry.epoch) return fencedEpoch(marker, entry.epoch);
  const isLate = transactionVersion >= 2 && marker.epoch === entry.epoch && entry.currentTxnFirstOffset >= 0;
  // Behind the last epoch there is none that would be higher.
  if (isLate && marker.epoch !== LAST_EPOCH) return fencedEpoch(marker, entry.epoch);
  if (marker.coordinatorEpoch >= entry.coordinatorEpoch) return null;
  return {
    errorCode: ErrorCode.TRANSACTION_COORDINATOR_FENCED,
    message:
      `A coordinator in epoch ${marker.coordinatorEpoch} ended a transaction of producer ${marker.producerId}, ` +
      `but one in epoch ${entry.coordinatorEpoch} has written here`,
  };
}

/** Takes a batch in that is in the log, whatever its origin. Returns whether it began a transaction. */
export function takeBatch(entry: ProducerEntry, append: ProducerAppend): boolean {
  const { firstOffset, lastOffset, lastSequence, timestamp } = append;
  moveToEpoch(entry, append.epoch);
  const kept = entry.batches.length < BATCHES_REMEMBERED ? entry.batches : entry.batches.slice(1);
  entry.batches = [...kept, { lastSequence, firstOffset, lastOffset, timestamp }];
  entry.lastTimestamp = timestamp;
  if (!append.isTransactional || entry.currentTxnFirstOffset >= 0) return false;
  entry.currentTxnFirstOffset = firstOffset;
  return true;
}

/** Takes a marker in. Returns where the transaction that it ends began, -1 when there was none. */
export function takeMarker(entry: ProducerEntry, marker: TransactionMarker): number {
  const firstOffset = entry.currentTxnFirstOffset;
  moveToEpoch(entry, marker.epoch);
  entry.coordinatorEpoch = marker.coordinatorEpoch;
  entry.lastTimestamp = marker.timestamp;
  entry.currentTxnFirstOffset = -1;
  return firstOffset;
}

/** Whether the producer has been silent for `expirationMs` and has no open transaction. */
export function isExpired(entry: ProducerEntry, nowMs: number, expirationMs: number): boolean {
  return entry.currentTxnFirstOffset < 0 && nowMs - entry.lastTimestamp >= expirationMs;
}

/** Sequences begin anew with each epoch. */
function moveToEpoch(entry: ProducerEntry, epoch: number): void {
  if (entry.epoch === epoch) return;
  entry.epoch = epoch;
  entry.batches = [];
}

function sequenceRefusalOf(
  entry: ProducerEntry | undefined,
  append: ProducerAppend,
): SequenceRejection | null {
  // Retention or DeleteRecords may have removed what this producer wrote: any sequence may follow (KIP-360).
  if (entry === undefined) return null;
  const last = entry.batches.at(-1)?.lastSequence ?? NO_SEQUENCE;
  const expected = append.epoch === entry.epoch ? addToSequence(last, 1) : 0;
  if (append.firstSequence === expected) return null;
  return {
    errorCode: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
    message:
      `Producer ${append.producerId} in epoch ${append.epoch} sent sequence ${append.firstSequence} ` +
      `where ${expected} follows`,
  };
}

/**
 * Why the first batch of a transaction is refused for what was asked on behalf of its producer: it has overtaken one
 * that has to be sent again, or it cannot be the first of an epoch that begins with its transaction.
 */
function overtakingOf(
  entry: ProducerEntry | undefined,
  append: ProducerAppend,
  verification: Verification | undefined,
): SequenceRejection | null {
  if (verification === undefined) return null;
  const isUnknown = (entry?.batches.length ?? 0) === 0;
  const expected = verification.bumpsEpoch && isUnknown ? 0 : verification.lowestSequence;
  if (append.firstSequence <= expected) return null;
  return {
    errorCode: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
    message: `Producer ${append.producerId} sent sequence ${append.firstSequence} where ${expected} comes first`,
  };
}

function repeats(append: ProducerAppend, batch: ProducerBatch): boolean {
  if (append.lastSequence !== batch.lastSequence) return false;
  const count = batch.lastOffset - batch.firstOffset;
  return addToSequence(append.firstSequence, count) === batch.lastSequence;
}

function fencedEpoch(write: { producerId: number; epoch: number }, current: number): SequenceRejection {
  return {
    errorCode: ErrorCode.INVALID_PRODUCER_EPOCH,
    message: `Producer ${write.producerId} wrote in epoch ${write.epoch}, but its epoch is ${current} by now`,
  };
}
