import type { VerificationGuard } from '../log/transaction-verifications.ts';
import type { RecordHeader } from '../protocol/records.ts';
import type { LogFields } from '../runtime/logger.ts';
import type { Timeline } from './timeline.ts';

/** One record of a coordinator's topic: a key, and a value or a tombstone. */
export interface CoordinatorRecord {
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
  /** What other programs' readers of the topic pass over; left out where there is none. */
  readonly headers?: readonly RecordHeader[];
}

/** Who writes records that count only when its transaction is committed. */
export interface TransactionalProducer {
  readonly producerId: number;
  readonly producerEpoch: number;
}

/** How a transaction ends that has records in the partition. */
export interface TransactionEnd extends TransactionalProducer {
  readonly isCommitted: boolean;
  /** The epoch in which the transaction's coordinator leads. */
  readonly coordinatorEpoch: number;
  /** As that coordinator has it; 0 where it does not say. */
  readonly transactionVersion: number;
}

/** A transaction in which a decision writes. */
export interface DecidedTransaction extends TransactionalProducer {
  /** As `AdmissionTerms` has it: what its coordinator was asked with. */
  readonly verification?: VerificationGuard | 'waived' | undefined;
}

/** The two times of one moment: wall time for what is stored, monotonic time for timeouts. */
export interface Instant {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

/** Where the answer to one request goes. A machine may keep it and answer in a later decision. */
export interface ReplyTo<Response> {
  answer(response: Response): Answer;
  /** The answer that carries `errorCode` and nothing else. */
  refuse(errorCode: number): Answer;
}

/** An answer that is ready and waits for the decision it belongs to; only the first of one request counts. */
export interface Answer {
  release(): void;
  /** Gives up what was prepared: the request is refused with this error. */
  fail(errorCode: number): void;
}

/**
 * What one event led to. The changes it made to the timeline stand for `records`: when those cannot be committed,
 * the changes are undone and the answers become errors.
 */
export interface Decision {
  /** Appended as one batch, in this order. */
  readonly records: CoordinatorRecord[];
  /** Set where the records belong to a producer's transaction, until whose end they change nothing. */
  readonly transaction?: DecidedTransaction;
  /** Released when the records, and those of all earlier decisions, are committed. */
  readonly answers: Answer[];
  /** For people: what happened, logged when it is committed. */
  readonly notes?: readonly DecisionNote[];
}

export interface DecisionNote {
  readonly message: string;
  readonly fields: LogFields;
}

export function emptyDecision(): Decision {
  return { records: [], answers: [] };
}

/**
 * The state of one partition of a coordinator's topic: synchronous, without time, log or socket of its own.
 * Whoever changes its state in a decision also writes the records from which `replay` makes the same change.
 */
export interface CoordinatorMachine {
  readonly timeline: Timeline;
  /**
   * Applies a committed record while the partition is loaded; `producer` is set where it was written in a transaction.
   * Records of unknown kind are skipped.
   */
  replay(record: CoordinatorRecord, producer: TransactionalProducer | null): void;
  /**
   * The producer's transaction is at an end: what it wrote counts, or is forgotten. Called in a decision, and while the
   * partition is loaded. A machine whose records are never part of a transaction has none.
   */
  transactionEnded?(producer: TransactionalProducer, isCommitted: boolean): void;
  /** Everything is replayed: what the log does not hold (sessions, timers) begins here. */
  loaded(now: Instant): Decision;
  /** Monotonic time at which `wake` wants to be called next; null when never. */
  nextWakeMs(): number | null;
  /** Decides about one thing that may be due; called again while `nextWakeMs` is not in the future. */
  wake(now: Instant): Decision;
  /** Decisions were undone: deadlines that they moved have to be looked at again. */
  rolledBack(now: Instant): void;
}
