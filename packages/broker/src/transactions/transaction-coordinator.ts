import type { CoordinatorLog } from '../coordination/coordinator-log.ts';
import { coordinatorPartition } from '../coordination/coordinator-partition.ts';
import { CoordinatorRuntime } from '../coordination/coordinator-runtime.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { PeerChannel } from '../protocol/peer-channel.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import type { EndTransactionRequest } from './end-transaction.ts';
import type { EndedTransaction } from './ending.ts';
import type { InitProducerIdRequest } from './init-producer-id.ts';
import { type MarkerDestination, MarkerSender } from './marker-sender.ts';
import type { ProducerIds } from './producer-ids.ts';
import type { TransactionConfig } from './transaction-config.ts';
import {
  type AddPartitionsRequest,
  type ProducerAnswer,
  refusedProducer,
  TransactionMachine,
} from './transaction-machine.ts';
import { isExhausted, type TransactionMetadata, type TransactionState } from './transaction-metadata.ts';

export interface TransactionCoordinatorOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly config: TransactionConfig;
  readonly producerIds: ProducerIds;
  /** Partitions of `__transaction_state`, or those it will have. */
  readonly partitionCount: () => number;
  /** The cluster's level of `transaction.version`. */
  readonly transactionVersion: () => number;
  /** `request.timeout.ms`, of what is written and of what other brokers are asked. */
  readonly requestTimeoutMs: number;
  readonly destinationOf: (topic: string, partition: number) => MarkerDestination;
  readonly channelTo: (brokerId: number) => PeerChannel | null;
}

export type TransactionResult<Value> =
  | { readonly kind: 'ok'; readonly value: Value }
  | { readonly kind: 'refused'; readonly errorCode: number };

export interface TransactionCounts {
  readonly byState: ReadonlyMap<TransactionState, number>;
  /** How long the transaction has been open that began first; 0 where none is. */
  readonly openForMs: number;
}

/**
 * The transactional ids whose partition of `__transaction_state` this broker leads. Every call answers with Kafka's
 * error codes and never rejects; an id of another broker is NOT_COORDINATOR.
 */
export class TransactionCoordinator {
  readonly #options: TransactionCoordinatorOptions;
  readonly #runtime: CoordinatorRuntime<TransactionMachine>;
  readonly #markers: MarkerSender;

  constructor(options: TransactionCoordinatorOptions) {
    this.#options = options;
    const { clock, config, producerIds, requestTimeoutMs, transactionVersion } = options;
    const logger = options.logger.child({ room: 'transactions' });
    this.#markers = new MarkerSender({
      ...{ clock, logger, requestTimeoutMs },
      ...{ destinationOf: options.destinationOf, channelTo: options.channelTo },
      complete: (ended) => this.#complete(ended),
    });
    this.#runtime = new CoordinatorRuntime({
      clock,
      logger,
      createMachine: (statePartition, coordinatorEpoch) =>
        new TransactionMachine({
          ...{ config, transactionVersion, takeProducerId: () => producerIds.take() },
          ended: (prepared) => this.#markers.send({ prepared, statePartition, coordinatorEpoch }),
        }),
      writeTimeoutMs: requestTimeoutMs,
      compression: 'none',
    });
  }

  /** For measuring. */
  get runtime(): Pick<CoordinatorRuntime<TransactionMachine>, 'tally' | 'load'> {
    return this.#runtime;
  }

  /** What is under way to partition leaders. */
  get backlog(): MarkerSender['backlog'] {
    return this.#markers.backlog;
  }

  /** This broker leads a partition of `__transaction_state` in the epoch of `log`. Resolves once it is loaded. */
  elected(partition: number, log: CoordinatorLog): Promise<void> {
    this.#markers.drop(partition, log.leaderEpoch - 1);
    return this.#runtime.elected(partition, log);
  }

  /** This broker no longer leads the partition; `leaderEpoch` is the epoch in which it learnt so. */
  resigned(partition: number, leaderEpoch: number): void {
    this.#runtime.resigned(partition, leaderEpoch);
    this.#markers.drop(partition, leaderEpoch);
  }

  /** Leaders may have changed. */
  metadataChanged(): void {
    this.#markers.leadersChanged();
  }

  close(): void {
    this.#runtime.close();
    this.#markers.close();
  }

  partitionOf(transactionalId: string): number {
    return coordinatorPartition(transactionalId, this.#options.partitionCount());
  }

  async initProducerId(request: InitProducerIdRequest): Promise<ProducerAnswer> {
    const { config } = this.#options;
    if (request.transactionalId === '') return refusedProducer(ErrorCode.INVALID_REQUEST);
    if (request.timeoutMs <= 0 || request.timeoutMs > config.maxTimeoutMs) {
      return refusedProducer(ErrorCode.INVALID_TRANSACTION_TIMEOUT);
    }
    await this.#producerIdFor(request.transactionalId);
    return this.#runtime.write<ProducerAnswer>(this.partitionOf(request.transactionalId), {
      name: 'InitProducerId',
      decide: (machine, now, replyTo) => machine.initProducerId(request, replyTo, now),
      refusal: refusedProducer,
    });
  }

  /** Resolves with the error code, which holds for all partitions of the request: all are added or none. */
  async addPartitions(request: AddPartitionsRequest): Promise<number> {
    if (request.transactionalId === '') return ErrorCode.INVALID_REQUEST;
    return this.#runtime.write<number>(this.partitionOf(request.transactionalId), {
      name: 'AddPartitionsToTxn',
      decide: (machine, now, replyTo) => machine.addPartitions(request, replyTo, now),
      refusal: (errorCode) => errorCode,
    });
  }

  async endTransaction(request: EndTransactionRequest): Promise<ProducerAnswer> {
    if (request.transactionalId === '') return refusedProducer(ErrorCode.INVALID_REQUEST);
    await this.#producerIdFor(request.transactionalId);
    return this.#runtime.write<ProducerAnswer>(this.partitionOf(request.transactionalId), {
      name: 'EndTxn',
      decide: (machine, now, replyTo) => machine.end(request, replyTo, now),
      refusal: refusedProducer,
    });
  }

  /** The committed state of a transactional id, `null` when nobody uses it, or why it cannot be told. */
  find(transactionalId: string): TransactionResult<TransactionMetadata | null> {
    return this.#runtime.read<TransactionResult<TransactionMetadata | null>>(
      this.partitionOf(transactionalId),
      {
        answer: (machine) => ({ kind: 'ok', value: machine.find(transactionalId) ?? null }),
        refusal: (errorCode) => ({ kind: 'refused', errorCode }),
      },
    );
  }

  /** All transactional ids of this broker; refused while one of its partitions is still loading. */
  all(): TransactionResult<readonly TransactionMetadata[]> {
    const results = this.#runtime.readAll<TransactionResult<readonly TransactionMetadata[]>>({
      answer: (machine) => ({ kind: 'ok', value: [...machine.all()] }),
      refusal: (errorCode) => ({ kind: 'refused', errorCode }),
    });
    const all: TransactionMetadata[] = [];
    for (const result of results) {
      if (result.kind === 'ok') all.push(...result.value);
      else if (result.errorCode !== ErrorCode.NOT_COORDINATOR) return result;
    }
    return { kind: 'ok', value: all };
  }

  /** What is known of the ids in the partitions that are loaded. */
  count(): TransactionCounts {
    const byState = new Map<TransactionState, number>();
    let oldestOpenMs = Number.POSITIVE_INFINITY;
    const answer = (machine: TransactionMachine) => {
      for (const { state, startMs } of machine.all()) {
        byState.set(state, (byState.get(state) ?? 0) + 1);
        if (state === 'Ongoing') oldestOpenMs = Math.min(oldestOpenMs, startMs);
      }
    };
    this.#runtime.readAll<void>({ answer, refusal: () => {} });
    const openForMs = Math.max(0, this.#options.clock.wallMs() - oldestOpenMs);
    return { byState, openForMs };
  }

  /** A decision cannot wait for the producer id that it may need. */
  async #producerIdFor(transactionalId: string): Promise<void> {
    const known = this.find(transactionalId);
    if (known.kind === 'refused') return;
    const mayNeedOne = known.value === null || isExhausted(known.value.producerEpoch);
    if (mayNeedOne) await this.#options.producerIds.atHand();
  }

  #complete({ prepared, statePartition }: EndedTransaction): Promise<number> {
    return this.#runtime.write<number>(statePartition, {
      name: 'CompleteTransaction',
      decide: (machine, now, replyTo) => machine.complete(prepared, replyTo, now),
      refusal: (errorCode) => errorCode,
    });
  }
}
