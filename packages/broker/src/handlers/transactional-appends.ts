import { ErrorCode } from '../protocol/errors.ts';
import {
  baseSequenceAt,
  isTransactionalAt,
  NO_PRODUCER_ID,
  producerEpochAt,
  producerIdAt,
} from '../protocol/record-batch.ts';
import type { LeaderAppend, PartitionAppend } from '../replication/leader-append.ts';
import type { Partition } from '../replication/partition.ts';
import type {
  PartitionVerification,
  TransactionalBatch,
  TransactionSupport,
} from '../replication/partition-verification.ts';
import type { OpeningAppends } from './opening-appends.ts';

/** A request's words on its transactional batches. */
export interface TransactionalRequest {
  readonly transactionalId: string | null;
  readonly support: TransactionSupport;
}

/** First versions of Produce whose clients know TRANSACTION_ABORTABLE, and whose partitions add themselves (KIP-890). */
const ABORTABLE_FROM = 11;
const ADDS_PARTITIONS_FROM = 12;

export function transactionSupportOf(produceVersion: number): TransactionSupport {
  if (produceVersion >= ADDS_PARTITIONS_FROM) return 'adds-partitions';
  return produceVersion >= ABORTABLE_FROM ? 'abortable' : 'invalid-state';
}

/** Whether the batch, of which there is at least a header, is part of a transaction. */
export function isTransactional(records: Uint8Array): boolean {
  return isTransactionalAt(records) && producerIdAt(records) !== NO_PRODUCER_ID;
}

/**
 * Appends of transactional batches. The first one that a producer sends to a partition in its transaction waits until
 * the coordinator was asked; those of the same producer behind it wait for their turn.
 */
export class TransactionalAppends {
  readonly #appends: OpeningAppends;
  readonly #verification: PartitionVerification;
  /** By partition and producer: the last append that waits. */
  readonly #waiting = new Map<string, Promise<unknown>>();

  constructor(appends: OpeningAppends, verification: PartitionVerification) {
    this.#appends = appends;
    this.#verification = verification;
  }

  append(
    partition: Partition,
    records: Uint8Array,
    { request, append }: { readonly request: TransactionalRequest; readonly append: LeaderAppend },
  ): PartitionAppend | Promise<PartitionAppend> {
    const batch = { ...request, ...producerOf(records) };
    const place = `${partition.topicId}-${partition.partition}-${batch.producerId}`;
    const before = this.#waiting.get(place);
    const verified = before === undefined ? this.#verification.verify(partition, batch) : null;
    if (verified !== null && 'kind' in verified) {
      if (verified.kind === 'refused') return refusedOf(batch, verified.errorCode);
      return this.#appends.append(partition, records, { ...append, verification: verified.verification });
    }
    const appended = (async () => {
      await before;
      const outcome = await (verified ?? this.#verification.verify(partition, batch));
      if (outcome.kind === 'refused') return refusedOf(batch, outcome.errorCode);
      return this.#appends.append(partition, records, { ...append, verification: outcome.verification });
    })();
    const settled = appended.then(
      () => {},
      () => {},
    );
    this.#waiting.set(place, settled);
    void settled.then(() => {
      if (this.#waiting.get(place) === settled) this.#waiting.delete(place);
    });
    return appended;
  }
}

function producerOf(records: Uint8Array): Omit<TransactionalBatch, keyof TransactionalRequest> {
  return {
    producerId: producerIdAt(records),
    producerEpoch: producerEpochAt(records),
    firstSequence: baseSequenceAt(records),
  };
}

/** Errors of the coordinator that producers do not expect here; this one they answer by sending the batch again. */
const SENT_AGAIN: ReadonlySet<number> = new Set([
  ErrorCode.NETWORK_EXCEPTION,
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.NOT_COORDINATOR,
]);

function refusedOf({ support }: TransactionalBatch, errorCode: number): PartitionAppend {
  const isConcurrent = errorCode === ErrorCode.CONCURRENT_TRANSACTIONS && support !== 'adds-partitions';
  const told = SENT_AGAIN.has(errorCode) || isConcurrent ? ErrorCode.NOT_ENOUGH_REPLICAS : errorCode;
  const message = 'It is not certain that the partition belongs to the transaction';
  return { kind: 'rejected', errorCode: told, message, recordErrors: [] };
}
