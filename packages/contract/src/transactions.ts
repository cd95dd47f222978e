import * as z from 'zod';
import { topicPartitions } from './groups.ts';
import { count, offset, timestampMs, topicPartition } from './scalars.ts';

/** A transactional id, as its coordinator describes it. */
export const transaction = z.object({
  transactionalId: z.string(),
  /** Kafka's word: `Empty`, `Ongoing`, `PrepareCommit`, `CompleteAbort`, … */
  state: z.string(),
  /** Something was begun and has not ended yet. */
  isOpen: z.boolean(),
  producerId: z.int(),
  /** This and what follows is null where it was not described: only open ones are. */
  producerEpoch: z.int().nullable(),
  timeoutMs: count.nullable(),
  startedAt: timestampMs.nullable(),
  partitions: topicPartitions.nullable(),
  /** Broker id. */
  coordinator: z.int(),
});
export type Transaction = z.infer<typeof transaction>;

/**
 * What is the matter with a partition that is held back. `open`: its transaction is under way. `overdue`: under way
 * for longer than its own timeout. `hanging`: no coordinator knows of it, so that nobody will ever end it.
 * `unclear`: not every coordinator was heard.
 */
export const heldState = z.enum(['open', 'overdue', 'hanging', 'unclear']);
export type HeldState = z.infer<typeof heldState>;

/** A partition whose read_committed consumers wait for a transaction to end. */
export const heldPartition = topicPartition.extend({
  lastStableOffset: offset,
  highWatermark: offset,
  state: heldState,
  /** Who holds it back: the open transaction that began first. Null where the leader does not tell producers. */
  producer: z
    .object({
      producerId: z.int(),
      producerEpoch: z.int(),
      /** The first offset of its transaction here. */
      startOffset: offset,
      /** When it wrote last; null where that is not known. */
      lastWriteAt: timestampMs.nullable(),
      transactionalId: z.string().nullable(),
    })
    .nullable(),
});
export type HeldPartition = z.infer<typeof heldPartition>;

export const transactionList = z.object({
  /** `not-supported`: brokers older than Kafka 3.0 do not list transactions. */
  state: z.enum(['known', 'not-supported', 'not-permitted']),
  /** By transactional id. */
  transactions: z.array(transaction),
  held: z.array(heldPartition),
  /** Held partitions that were left out of `held`. */
  heldMore: count,
  /** Leaders do not tell their producers: held partitions are known, who holds them is not. */
  tellsProducers: z.boolean(),
  /** Brokers whose transactions are missing here. */
  silentBrokers: z.array(z.int()),
  checkedAt: timestampMs,
});
export type TransactionList = z.infer<typeof transactionList>;

/**
 * `hanging`: writes an abort marker into the one partition, past any coordinator, as `kafka-transactions abort` does.
 * `fence`: has the coordinator abort what is open and fence the producer.
 */
export const abortRequest = z.discriminatedUnion('kind', [
  topicPartition.extend({ kind: z.literal('hanging'), startOffset: offset.nonnegative() }),
  z.object({ kind: z.literal('fence'), transactionalId: z.string().min(1) }),
]);
export type AbortRequest = z.infer<typeof abortRequest>;

/** The producer whose transaction was ended. */
export const abortOutcome = z.object({ producerId: z.int(), producerEpoch: z.int() });
export type AbortOutcome = z.infer<typeof abortOutcome>;
