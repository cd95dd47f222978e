import { ProducerIds } from '../../src/transactions/producer-ids.ts';
import type { TransactionConfig } from '../../src/transactions/transaction-config.ts';
import {
  TransactionCoordinator,
  type TransactionCoordinatorOptions,
} from '../../src/transactions/transaction-coordinator.ts';
import { ManualClock } from '../coordination/manual-clock.ts';
import { strictLogger } from '../groups/coordinator-bed.ts';
import { MarkerReceivers } from './marker-receivers.ts';

/** Kafka's defaults. */
export const TRANSACTION_CONFIG: TransactionConfig = {
  maxTimeoutMs: 900_000,
  timeoutCheckIntervalMs: 10_000,
  idExpirationMs: 604_800_000,
  idExpirationCheckIntervalMs: 3_600_000,
};

/** A coordinator of one partition, and one broker that leads everything and takes every marker. */
export function newTransactionCoordinator(
  options: Partial<TransactionCoordinatorOptions> = {},
): TransactionCoordinator {
  const receivers = new MarkerReceivers();
  return new TransactionCoordinator({
    clock: new ManualClock(),
    logger: strictLogger,
    config: TRANSACTION_CONFIG,
    producerIds: new ProducerIds(async () => ({ firstProducerId: 1000, length: 1000 })),
    partitionCount: () => 1,
    transactionVersion: () => 2,
    requestTimeoutMs: 30_000,
    destinationOf: () => ({ kind: 'broker', brokerId: 1 }),
    channelTo: (brokerId) => receivers.channelTo(brokerId),
    ...options,
  });
}
