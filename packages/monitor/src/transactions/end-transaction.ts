import { setTimeout as sleep } from 'node:timers/promises';
import { errorOf } from '@odradek/broker/protocol';
import type { AbortOutcome, TopicPartition } from '@odradek/contract';
import type { ClusterMetadata } from '../cluster-client/cluster-metadata.ts';
import { findCoordinator } from '../cluster-client/find-coordinator.ts';
import { KafkaError } from '../cluster-client/kafka-error.ts';
import type { KafkaRequests } from '../cluster-client/kafka-requests.ts';
import { leaderOf, readOpenProducers } from './read-producers.ts';
import { describeTransaction } from './read-transactions.ts';

const LEADER_NOT_AVAILABLE = 5;

/** What is in the partition now; an absent one has ended, or never was. */
export interface HangingTransaction extends TopicPartition {
  readonly startOffset: number;
}

/**
 * Writes an abort marker for the transaction that begins at an offset of a partition, past any coordinator, as
 * `kafka-transactions abort` does: for transactions that no coordinator will end. Null: there is none that is open.
 * Throws KafkaError, BrokerUnreachable and ApiNotSupported.
 */
export async function abortHanging(
  requests: KafkaRequests,
  metadata: ClusterMetadata,
  { topic, partition, startOffset }: HangingTransaction,
): Promise<AbortOutcome | null> {
  const leader = leaderOf(metadata, { topic, partition });
  if (leader === null) throw new KafkaError(LEADER_NOT_AVAILABLE, null);
  const { open } = await readOpenProducers(requests, metadata, [{ topic, partition }]);
  const producer = open.get(topic, partition)?.find((one) => one.startOffset === startOffset);
  if (producer === undefined) return null;
  const { producerId, producerEpoch, coordinatorEpoch } = producer;
  const { markers } = await requests.send(leader, 'WriteTxnMarkers', {
    markers: [
      {
        ...{ producerId, producerEpoch },
        // Where no marker was written yet the epoch is not known; none is lower than 0.
        coordinatorEpoch: Math.max(0, coordinatorEpoch),
        transactionResult: false,
        topics: [{ name: topic, partitionIndexes: [partition] }],
      },
    ],
  });
  const errorCode = markers[0]?.topics[0]?.partitions[0]?.errorCode ?? -1;
  if (errorCode !== 0) throw new KafkaError(errorCode, null);
  return { producerId, producerEpoch };
}

/** Later versions carry two-phase commit, which is not released. */
const INIT_VERSION_MAX = 5;

/** A coordinator that is ending the transaction answers so; markers have to reach every partition first. */
const BUSY = ['CONCURRENT_TRANSACTIONS', 'COORDINATOR_LOAD_IN_PROGRESS', 'NOT_COORDINATOR'];
const ATTEMPTS = 40;
const PAUSE_MS = 250;

/**
 * Has the coordinator abort what a transactional id has open, and fences its producer, as
 * `kafka-transactions forceTerminateTransaction` does. Null: nothing is open. Throws KafkaError and BrokerUnreachable.
 */
export async function fenceProducer(
  requests: KafkaRequests,
  transactionalId: string,
): Promise<AbortOutcome | null> {
  const coordinator = await findCoordinator(requests, 'transaction', transactionalId);
  const { transaction, errorCode } = await describeTransaction(requests, coordinator, transactionalId);
  if (transaction === null) throw new KafkaError(errorCode, null);
  if (!transaction.isOpen) return null;
  // The time-out is a part of the id's state, and this is not the place to change it.
  const body = { transactionalId, transactionTimeoutMs: transaction.timeoutMs ?? 60_000 };
  for (let attempt = 1; ; attempt += 1) {
    const at = await findCoordinator(requests, 'transaction', transactionalId);
    const answer = await requests.send(at, 'InitProducerId', body, { maxVersion: INIT_VERSION_MAX });
    if (answer.errorCode === 0) {
      return { producerId: transaction.producerId, producerEpoch: transaction.producerEpoch ?? -1 };
    }
    if (attempt === ATTEMPTS || !BUSY.includes(errorOf(answer.errorCode).name)) {
      throw new KafkaError(answer.errorCode, null);
    }
    await sleep(PAUSE_MS);
  }
}
