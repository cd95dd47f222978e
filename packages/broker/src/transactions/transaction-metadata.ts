import { NO_PRODUCER_EPOCH, NO_PRODUCER_ID } from '../protocol/record-batch.ts';

/** Kafka's states of a transactional id; records hold their places in this list. The last two are never stored. */
export const TRANSACTION_STATES = [
  'Empty',
  'Ongoing',
  'PrepareCommit',
  'PrepareAbort',
  'CompleteCommit',
  'CompleteAbort',
  'Dead',
  'PrepareEpochFence',
] as const;

export type TransactionState = (typeof TRANSACTION_STATES)[number];

/** Topic → indexes of its partitions. */
export type TransactionPartitions = ReadonlyMap<string, readonly number[]>;

export const NO_PARTITIONS: TransactionPartitions = new Map();

/** From this level of `transaction.version` on every transaction has a producer epoch of its own (KIP-890). */
export const EPOCH_PER_TRANSACTION = 2;

/** A producer is given no epoch above this; the one behind it is the coordinator's, to fence it. */
const PRODUCER_EPOCH_MAX = 32_766;

/**
 * What the coordinator knows of one transactional id. Empty → Ongoing when a partition is added → PrepareCommit or
 * PrepareAbort when it is decided (from there on there is no other outcome) → CompleteCommit or CompleteAbort when
 * every partition has its marker → Ongoing, or Empty when a producer begins anew.
 */
export interface TransactionMetadata {
  readonly transactionalId: string;
  readonly producerId: number;
  /** The producer id before the newest change, by which a retry is known after the id was replaced. */
  readonly previousProducerId: number;
  /** While a transaction ends with which the epochs run out: the id that its producer goes on with. */
  readonly nextProducerId: number;
  readonly producerEpoch: number;
  /** The epoch before the newest one, where the producer itself asked for that; not in the log. */
  readonly lastProducerEpoch: number;
  readonly timeoutMs: number;
  readonly state: TransactionState;
  readonly partitions: TransactionPartitions;
  /** Wall time at which the first partition was added; -1 before. */
  readonly startMs: number;
  readonly lastUpdateMs: number;
  /** By which rules the client worked when it last changed this: 0, or 2 with an epoch per transaction. */
  readonly clientTransactionVersion: number;
}

/** Of an id that nobody has used before: it has no epoch yet. */
export function newTransactionalId(transactionalId: string, producerId: number): TransactionMetadata {
  return {
    ...{ transactionalId, producerId, previousProducerId: NO_PRODUCER_ID, nextProducerId: NO_PRODUCER_ID },
    ...{ producerEpoch: NO_PRODUCER_EPOCH, lastProducerEpoch: NO_PRODUCER_EPOCH },
    ...{ timeoutMs: 0, state: 'Empty', partitions: NO_PARTITIONS, startMs: -1, lastUpdateMs: -1 },
    clientTransactionVersion: 0,
  };
}

export function isExhausted(producerEpoch: number): boolean {
  return producerEpoch >= PRODUCER_EPOCH_MAX;
}

/** Decided, and not yet with all its partitions. */
export function isEnding({ state }: TransactionMetadata): boolean {
  return state === 'PrepareCommit' || state === 'PrepareAbort';
}

export function containsAll(known: TransactionPartitions, asked: TransactionPartitions): boolean {
  return [...asked].every(([topic, indexes]) => {
    const present = known.get(topic) ?? [];
    return indexes.every((index) => present.includes(index));
  });
}

export function union(known: TransactionPartitions, added: TransactionPartitions): TransactionPartitions {
  const all = new Map(known);
  for (const [topic, indexes] of added) {
    all.set(topic, [...new Set([...(all.get(topic) ?? []), ...indexes])]);
  }
  return all;
}
