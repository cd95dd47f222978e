import { NO_PRODUCER_EPOCH, NO_PRODUCER_ID } from '../protocol/record-batch.ts';
import {
  EPOCH_PER_TRANSACTION,
  isExhausted,
  NO_PARTITIONS,
  type TransactionMetadata,
  type TransactionPartitions,
  union,
} from './transaction-metadata.ts';

/** The largest epoch there is; only the coordinator uses it, to fence a producer whose epochs have run out. */
const FENCING_EPOCH = 32_767;

/** A producer begins, or begins anew. */
export function initialized(
  metadata: TransactionMetadata,
  producer: Pick<TransactionMetadata, 'producerId' | 'producerEpoch' | 'lastProducerEpoch' | 'timeoutMs'>,
  nowMs: number,
): TransactionMetadata {
  return {
    ...metadata,
    ...producer,
    ...{ previousProducerId: metadata.producerId, state: 'Empty', partitions: NO_PARTITIONS },
    ...{ startMs: -1, lastUpdateMs: nowMs },
  };
}

/** Partitions come to the transaction; the first ones begin it. */
export function withPartitions(
  metadata: TransactionMetadata,
  added: { readonly partitions: TransactionPartitions; readonly clientTransactionVersion: number },
  nowMs: number,
): TransactionMetadata {
  const isOngoing = metadata.state === 'Ongoing';
  return {
    ...metadata,
    ...{ previousProducerId: metadata.producerId, state: 'Ongoing' },
    partitions: union(metadata.partitions, added.partitions),
    startMs: isOngoing ? metadata.startMs : nowMs,
    lastUpdateMs: nowMs,
    clientTransactionVersion: added.clientTransactionVersion,
  };
}

export interface Preparation {
  readonly committed: boolean;
  /** The rules of the client, or those of the cluster where the coordinator itself aborts. */
  readonly clientTransactionVersion: number;
  /** For the producer to go on with when its epochs run out with this transaction; -1 while they do not. */
  readonly nextProducerId: number;
}

/** The outcome is decided. With an epoch per transaction the next epoch is that of the markers, and of what follows. */
export function prepared(
  metadata: TransactionMetadata,
  { committed, clientTransactionVersion, nextProducerId }: Preparation,
  nowMs: number,
): TransactionMetadata {
  const { producerEpoch, producerId } = metadata;
  const bumps = clientTransactionVersion >= EPOCH_PER_TRANSACTION;
  return {
    ...metadata,
    ...{ previousProducerId: producerId, nextProducerId, clientTransactionVersion },
    ...(bumps && {
      producerEpoch: Math.min(producerEpoch + 1, FENCING_EPOCH),
      lastProducerEpoch: producerEpoch,
    }),
    state: committed ? 'PrepareCommit' : 'PrepareAbort',
    // An abort without a partition has no beginning of its own.
    startMs: metadata.state === 'Ongoing' ? metadata.startMs : nowMs,
    lastUpdateMs: nowMs,
  };
}

/**
 * The coordinator aborts what is open, and its producer is fenced. With an epoch per transaction one that was only slow,
 * and says so (KIP-360), may go on with the epoch of the markers; otherwise nobody is given it.
 */
export function fenced(
  metadata: TransactionMetadata,
  cluster: Pick<Preparation, 'clientTransactionVersion' | 'nextProducerId'>,
  nowMs: number,
): TransactionMetadata {
  const aborted = prepared(metadata, { ...cluster, committed: false }, nowMs);
  if (cluster.clientTransactionVersion >= EPOCH_PER_TRANSACTION) return aborted;
  return {
    ...aborted,
    producerEpoch: Math.min(metadata.producerEpoch + 1, FENCING_EPOCH),
    lastProducerEpoch: NO_PRODUCER_EPOCH,
  };
}

/** Every partition has its marker. */
export function completed(metadata: TransactionMetadata, nowMs: number): TransactionMetadata {
  const { clientTransactionVersion, nextProducerId, producerId } = metadata;
  const moves = clientTransactionVersion >= EPOCH_PER_TRANSACTION && nextProducerId !== NO_PRODUCER_ID;
  return {
    ...metadata,
    ...{ previousProducerId: producerId, nextProducerId: NO_PRODUCER_ID, partitions: NO_PARTITIONS },
    ...(moves && { producerId: nextProducerId, producerEpoch: 0 }),
    state: metadata.state === 'PrepareCommit' ? 'CompleteCommit' : 'CompleteAbort',
    lastUpdateMs: nowMs,
  };
}

/** Whether the transaction that is to end needs another producer id to go on with. */
export function runsOut(metadata: TransactionMetadata, clientTransactionVersion: number): boolean {
  return clientTransactionVersion >= EPOCH_PER_TRANSACTION && isExhausted(metadata.producerEpoch);
}
