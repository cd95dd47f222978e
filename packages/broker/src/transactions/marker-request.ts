import { ErrorCode } from '../protocol/errors.ts';
import type { Decoded, Encodable } from '../protocol/message.ts';
import type { writeTxnMarkersRequest } from '../protocol/messages/write-txn-markers-request.ts';
import type { writeTxnMarkersResponse } from '../protocol/messages/write-txn-markers-response.ts';
import type { EndedPartition, EndedTransaction } from './ending.ts';

/** The first that says by which rules the transaction ended (KIP-1228). */
export const MARKERS_VERSION = 2;

type Marker = NonNullable<Encodable<typeof writeTxnMarkersRequest>['markers']>[number];

/** The end of one transaction, for some of its partitions. */
export function markersOf(
  { coordinatorEpoch, prepared }: EndedTransaction,
  partitions: readonly EndedPartition[],
): Marker {
  const topics = Map.groupBy(partitions, ({ topic }) => topic);
  return {
    ...{ producerId: prepared.producerId, producerEpoch: prepared.producerEpoch, coordinatorEpoch },
    transactionResult: prepared.state === 'PrepareCommit',
    transactionVersion: prepared.clientTransactionVersion,
    topics: [...topics].map(([name, ofTopic]) => ({
      name,
      partitionIndexes: ofTopic.map(({ index }) => index),
    })),
  };
}

/** What became of each marker. A producer has one transaction at a time; what is not named counts as not written. */
export function markerErrors({
  markers,
}: Decoded<typeof writeTxnMarkersResponse>): (end: EndedTransaction, partition: EndedPartition) => number {
  const codes = new Map<string, number>();
  for (const { producerId, topics } of markers) {
    for (const { name, partitions } of topics) {
      for (const { errorCode, partitionIndex } of partitions) {
        codes.set(`${producerId} ${partitionIndex} ${name}`, errorCode);
      }
    }
  }
  return ({ prepared }, { index, topic }) =>
    codes.get(`${prepared.producerId} ${index} ${topic}`) ?? ErrorCode.UNKNOWN_SERVER_ERROR;
}
