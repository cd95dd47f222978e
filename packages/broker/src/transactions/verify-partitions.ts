import { ErrorCode } from '../protocol/errors.ts';
import type { AddPartitionsRequest } from './transaction-machine.ts';
import { isEnding, type TransactionMetadata } from './transaction-metadata.ts';

/**
 * Whether partitions belong to the open transaction of a producer, as their leaders ask before they take its records
 * (KIP-890): `errorOf` answers for one of them.
 */
export function verifyPartitions(
  known: TransactionMetadata | null,
  { producerEpoch, producerId }: Pick<AddPartitionsRequest, 'producerId' | 'producerEpoch'>,
): (topic: string, partition: number) => number {
  const all = (errorCode: number) => () => errorCode;
  if (known === null || known.producerId !== producerId) return all(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
  if (known.producerEpoch !== producerEpoch) return all(ErrorCode.PRODUCER_FENCED);
  if (isEnding(known)) return all(ErrorCode.CONCURRENT_TRANSACTIONS);
  return (topic, partition) =>
    known.partitions.get(topic)?.includes(partition) === true
      ? ErrorCode.NONE
      : ErrorCode.TRANSACTION_ABORTABLE;
}
