import {
  type Answer,
  type CoordinatorMachine,
  type CoordinatorRecord,
  type Decision,
  emptyDecision,
  type Instant,
  type ReplyTo,
} from '../coordination/coordinator-machine.ts';
import { Timeline, TimelineMap } from '../coordination/timeline.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { NO_PRODUCER_EPOCH, NO_PRODUCER_ID } from '../protocol/record-batch.ts';
import { type EndTransactionRequest, endTransaction } from './end-transaction.ts';
import {
  fenceOngoing,
  type InitProducerIdRequest,
  initProducerId,
  type TransactionSetting,
} from './init-producer-id.ts';
import type { TransactionConfig } from './transaction-config.ts';
import { TransactionHousekeeping } from './transaction-housekeeping.ts';
import {
  containsAll,
  isEnding,
  type TransactionMetadata,
  type TransactionPartitions,
} from './transaction-metadata.ts';
import { decodeTransactionRecord, transactionRecord, transactionTombstone } from './transaction-records.ts';
import { completed, withPartitions } from './transaction-transitions.ts';

export interface TransactionMachineOptions {
  readonly config: TransactionConfig;
  /** The cluster's level of `transaction.version`. */
  readonly transactionVersion: () => number;
  /** A producer id that nobody had before; null when none is at hand. */
  readonly takeProducerId: () => number | null;
  /** The outcome is committed, or was by an earlier coordinator: every partition is to get its marker. */
  readonly ended: (prepared: TransactionMetadata) => void;
}

/** What is answered to a producer that begins or ends: the id and epoch that it goes on with. */
export interface ProducerAnswer {
  readonly errorCode: number;
  readonly producerId: number;
  readonly producerEpoch: number;
}

export interface AddPartitionsRequest {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly partitions: TransactionPartitions;
  readonly clientTransactionVersion: number;
}

/** All transactional ids of one partition of `__transaction_state`. */
export class TransactionMachine implements CoordinatorMachine {
  readonly timeline = new Timeline();
  readonly #options: TransactionMachineOptions;
  readonly #transactions = new TimelineMap<string, TransactionMetadata>(this.timeline);
  readonly #housekeeping: TransactionHousekeeping;

  constructor(options: TransactionMachineOptions) {
    this.#options = options;
    this.#housekeeping = new TransactionHousekeeping(options.config);
  }

  replay(bytes: CoordinatorRecord): void {
    const record = decodeTransactionRecord(bytes);
    if (record.kind === 'unknown') return;
    const { metadata, transactionalId } = record;
    if (metadata === null) this.#transactions.delete(transactionalId);
    else this.#transactions.set(transactionalId, metadata);
  }

  /** What an earlier coordinator has decided is brought to its end. */
  loaded(now: Instant): Decision {
    const decision = emptyDecision();
    this.#housekeeping.begin(now);
    for (const metadata of this.#transactions.values()) {
      if (isEnding(metadata)) decision.answers.push(this.#sendsMarkers(metadata));
      else if (metadata.state === 'Ongoing') this.#housekeeping.opened(metadata, now);
    }
    return decision;
  }

  nextWakeMs(): number | null {
    return this.#housekeeping.nextMs();
  }

  wake(now: Instant): Decision {
    const due = this.#housekeeping.take(now, () => [...this.#transactions.keys()]);
    if (due === null) return emptyDecision();
    return due.kind === 'timeout'
      ? this.#timeOut(due.transactionalId, now)
      : this.#expire(due.transactionalIds, now);
  }

  rolledBack(now: Instant): void {
    for (const metadata of this.#transactions.values()) {
      if (metadata.state === 'Ongoing') this.#housekeeping.opened(metadata, now);
    }
  }

  initProducerId(request: InitProducerIdRequest, replyTo: ReplyTo<ProducerAnswer>, now: Instant): Decision {
    const known = this.#transactions.get(request.transactionalId);
    const outcome = initProducerId(known, request, this.#setting(now));
    if (outcome.kind === 'refused') return refusal(replyTo, outcome.errorCode);
    if (outcome.kind === 'fenced') {
      const retry = replyTo.refuse(ErrorCode.CONCURRENT_TRANSACTIONS);
      return this.#changed(outcome.metadata, [retry, this.#sendsMarkers(outcome.metadata)]);
    }
    return this.#changed(outcome.metadata, [replyTo.answer(producerAnswer(outcome.metadata))]);
  }

  addPartitions(request: AddPartitionsRequest, replyTo: ReplyTo<number>, now: Instant): Decision {
    const { producerEpoch, producerId, transactionalId } = request;
    const known = this.#transactions.get(transactionalId);
    if (known === undefined) return refusal(replyTo, ErrorCode.INVALID_PRODUCER_ID_MAPPING);
    // Before anything else: the client may already have the producer id that follows on the one that is known.
    if (isEnding(known)) return refusal(replyTo, ErrorCode.CONCURRENT_TRANSACTIONS);
    if (known.producerId !== producerId) return refusal(replyTo, ErrorCode.INVALID_PRODUCER_ID_MAPPING);
    if (known.producerEpoch !== producerEpoch) return refusal(replyTo, ErrorCode.PRODUCER_FENCED);
    const done = replyTo.answer(ErrorCode.NONE);
    if (known.state === 'Ongoing' && containsAll(known.partitions, request.partitions)) {
      return { records: [], answers: [done] };
    }
    const metadata = withPartitions(known, request, now.wallMs);
    this.#housekeeping.opened(metadata, now);
    return this.#changed(metadata, [done]);
  }

  end(request: EndTransactionRequest, replyTo: ReplyTo<ProducerAnswer>, now: Instant): Decision {
    const known = this.#transactions.get(request.transactionalId);
    const outcome = endTransaction(known, request, this.#setting(now));
    if (outcome.kind === 'refused') return refusal(replyTo, outcome.errorCode);
    if (outcome.kind === 'repeated') {
      return { records: [], answers: known === undefined ? [] : [replyTo.answer(producerAnswer(known))] };
    }
    const { metadata } = outcome;
    const goesOnWith = producerAnswer(completed(metadata, now.wallMs));
    return this.#changed(metadata, [replyTo.answer(goesOnWith), this.#sendsMarkers(metadata)]);
  }

  /** Every partition has its marker. `prepared` is what was said to have ended. */
  complete(prepared: TransactionMetadata, replyTo: ReplyTo<number>, now: Instant): Decision {
    const done = replyTo.answer(ErrorCode.NONE);
    // It was completed already, in a write that seemed to fail: the id may be well into another transaction.
    if (this.#transactions.get(prepared.transactionalId) !== prepared)
      return { records: [], answers: [done] };
    return this.#changed(completed(prepared, now.wallMs), [done]);
  }

  /** The committed state; undefined for an id that nobody has used. */
  find(transactionalId: string): TransactionMetadata | undefined {
    return this.#transactions.getCommitted(transactionalId);
  }

  all(): Iterable<TransactionMetadata> {
    return this.#transactions.committedValues();
  }

  #timeOut(transactionalId: string, now: Instant): Decision {
    const metadata = this.#transactions.get(transactionalId);
    if (metadata?.state !== 'Ongoing') {
      this.#housekeeping.closed(transactionalId);
      return emptyDecision();
    }
    if (!this.#housekeeping.isOverdue(metadata, now)) {
      this.#housekeeping.opened(metadata, now);
      return emptyDecision();
    }
    const outcome = fenceOngoing(metadata, this.#setting(now));
    if (outcome.kind === 'refused') {
      this.#housekeeping.again(transactionalId, now);
      return emptyDecision();
    }
    this.#housekeeping.closed(transactionalId);
    const { producerEpoch, producerId, timeoutMs } = metadata;
    const fields = { transactionalId, producerId, producerEpoch, timeoutMs };
    const notes = [{ message: 'a transaction was open for longer than its time-out and is aborted', fields }];
    return { ...this.#changed(outcome.metadata, [this.#sendsMarkers(outcome.metadata)]), notes };
  }

  #expire(transactionalIds: readonly string[], now: Instant): Decision {
    const decision = emptyDecision();
    const lastUseMs = now.wallMs - this.#options.config.idExpirationMs;
    for (const transactionalId of transactionalIds) {
      const metadata = this.#transactions.get(transactionalId);
      if (metadata === undefined || metadata.state === 'Ongoing' || isEnding(metadata)) continue;
      if (metadata.lastUpdateMs > lastUseMs) continue;
      this.#transactions.delete(transactionalId);
      decision.records.push(transactionTombstone(transactionalId));
    }
    return decision;
  }

  #changed(metadata: TransactionMetadata, answers: Answer[]): Decision {
    this.#transactions.set(metadata.transactionalId, metadata);
    return { records: [transactionRecord(metadata, this.#options.transactionVersion())], answers };
  }

  /** Released with the decision, as answers are: no marker is sent of what may still be undone. */
  #sendsMarkers(prepared: TransactionMetadata): Answer {
    return { release: () => this.#options.ended(prepared), fail: () => {} };
  }

  #setting(now: Instant): TransactionSetting {
    const { takeProducerId, transactionVersion } = this.#options;
    return { nowMs: now.wallMs, transactionVersion: transactionVersion(), takeProducerId };
  }
}

function producerAnswer({ producerEpoch, producerId }: TransactionMetadata): ProducerAnswer {
  return { errorCode: ErrorCode.NONE, producerId, producerEpoch };
}

export function refusedProducer(errorCode: number): ProducerAnswer {
  return { errorCode, producerId: NO_PRODUCER_ID, producerEpoch: NO_PRODUCER_EPOCH };
}

function refusal<Response>(replyTo: ReplyTo<Response>, errorCode: number): Decision {
  return { records: [], answers: [replyTo.refuse(errorCode)] };
}
