import type { VerificationGuard } from '../log/transaction-verifications.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { PeerChannel } from '../protocol/peer-channel.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Durations } from '../runtime/metrics.ts';
import { CoordinatorQuestions } from './coordinator-questions.ts';
import type { Partition } from './partition.ts';

/**
 * What the client that writes can do: hear INVALID_TXN_STATE alone, hear TRANSACTION_ABORTABLE too, or leave it to the
 * partition to add itself to the transaction (KIP-890).
 */
export type TransactionSupport = 'invalid-state' | 'abortable' | 'adds-partitions';

/** A batch that is to be written in a transaction. */
export interface TransactionalBatch {
  /** Null where the client names none. */
  readonly transactionalId: string | null;
  readonly producerId: number;
  readonly producerEpoch: number;
  /** -1 for a batch without one. */
  readonly firstSequence: number;
  readonly support: TransactionSupport;
}

/** How a batch may be appended, or why it may not. */
export type Verified =
  | { readonly kind: 'verified'; readonly verification: VerificationGuard | 'waived' | undefined }
  | { readonly kind: 'refused'; readonly errorCode: number };

export interface PartitionVerificationOptions {
  readonly clock: Clock;
  /** The broker that leads the transactional id's partition of `__transaction_state`; null where there is none. */
  readonly coordinatorOf: (transactionalId: string) => number | null;
  readonly channelTo: (brokerId: number) => PeerChannel | null;
  /** `transaction.partition.verification.enable` */
  readonly isEnabled: () => boolean;
  /** `request.timeout.ms` */
  readonly requestTimeoutMs: number;
  /** `add.partitions.to.txn.retry.backoff.ms` */
  readonly retryBackoffMs: number;
  /** `add.partitions.to.txn.retry.backoff.max.ms`: how long the end of the transaction before is waited for. */
  readonly retryForMs: number;
}

/**
 * Asks the coordinator of a transaction before its first batch comes to a partition, so that none begins of which the
 * coordinator knows nothing and which would hang for ever (KIP-890).
 */
export class PartitionVerification {
  readonly #options: PartitionVerificationOptions;
  readonly #questions = new Map<
    number,
    { readonly channel: PeerChannel; readonly asked: CoordinatorQuestions }
  >();

  /** How long coordinators take to answer; null while nobody measures. */
  times: Durations | null = null;
  /** Answers that were not "yes", and questions without an answer. */
  failures = 0;

  constructor(options: PartitionVerificationOptions) {
    this.#options = options;
  }

  /** At once where nobody has to be asked. Never rejects, and takes no longer than a request between brokers may. */
  verify(partition: Partition, batch: TransactionalBatch): Verified | Promise<Verified> {
    const { transactionalId, producerId, producerEpoch: epoch, firstSequence, support } = batch;
    const isEnabled = this.#options.isEnabled();
    const bumpsEpoch = support === 'adds-partitions';
    if (transactionalId === null || (!isEnabled && !bumpsEpoch)) {
      return { kind: 'verified', verification: isEnabled ? undefined : 'waived' };
    }
    const refusal = partition.refusalOf(-1, true);
    if (refusal !== ErrorCode.NONE) return { kind: 'refused', errorCode: refusal };
    const verified = { producerId, epoch, firstSequence, bumpsEpoch };
    const start = partition.log.verifications.start(verified, this.#options.clock.wallMs());
    if (start.kind === 'refused') return start;
    if (start.kind === 'open') return { kind: 'verified', verification: undefined };
    return this.#ask(partition, { ...batch, transactionalId }).then((errorCode) =>
      errorCode === ErrorCode.NONE
        ? { kind: 'verified', verification: start.guard }
        : { kind: 'refused', errorCode },
    );
  }

  async #ask(partition: Partition, batch: TransactionalBatch & { transactionalId: string }): Promise<number> {
    const { clock, retryBackoffMs, retryForMs } = this.#options;
    const startedMs = clock.monotonicMs();
    // A producer begins its next transaction while the markers of the one before are still being written.
    const mayRetry = batch.support === 'adds-partitions' && batch.firstSequence >= 0;
    for (;;) {
      const errorCode = await this.#askOnce(partition, batch);
      const isEarly = mayRetry && errorCode === ErrorCode.CONCURRENT_TRANSACTIONS;
      if (!isEarly || clock.monotonicMs() - startedMs >= retryForMs) return toldTo(batch, errorCode);
      await new Promise<void>((resolve) => void clock.after(retryBackoffMs, resolve));
    }
  }

  async #askOnce(
    { topic, partition }: Partition,
    { transactionalId, producerId, producerEpoch, support }: TransactionalBatch & { transactionalId: string },
  ): Promise<number> {
    const { clock, coordinatorOf, channelTo, requestTimeoutMs } = this.#options;
    const brokerId = coordinatorOf(transactionalId);
    const channel = brokerId === null ? null : channelTo(brokerId);
    if (brokerId === null || channel === null) return ErrorCode.COORDINATOR_NOT_AVAILABLE;
    let questions = this.#questions.get(brokerId);
    if (questions?.channel !== channel) {
      questions = { channel, asked: new CoordinatorQuestions(channel, requestTimeoutMs) };
      this.#questions.set(brokerId, questions);
    }
    const verifyOnly = support !== 'adds-partitions';
    const askedMs = clock.monotonicMs();
    const errorCode = await questions.asked.ask({
      ...{ transactionalId, producerId, producerEpoch, verifyOnly, topic, partition },
    });
    this.times?.note(clock.monotonicMs() - askedMs);
    if (errorCode !== ErrorCode.NONE) this.failures += 1;
    return errorCode;
  }
}

/** The coordinator's answer in terms that the producer knows. */
function toldTo({ support }: TransactionalBatch, errorCode: number): number {
  if (errorCode === ErrorCode.PRODUCER_FENCED) return ErrorCode.INVALID_PRODUCER_EPOCH;
  const isUnknown = errorCode === ErrorCode.TRANSACTION_ABORTABLE && support === 'invalid-state';
  return isUnknown ? ErrorCode.INVALID_TXN_STATE : errorCode;
}
