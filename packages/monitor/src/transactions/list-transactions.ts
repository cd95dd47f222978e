import type { TransactionList } from '@odradek/contract';
import type { ClusterMetadata } from '../cluster-client/cluster-metadata.ts';
import type { KafkaRequests } from '../cluster-client/kafka-requests.ts';
import { listOffsets, listStableOffsets } from '../cluster-client/list-offsets.ts';
import { TopicPartitionMap } from '../topic-partition-map.ts';
import { type Gap, type HeldFacts, heldPartitions, suspects } from './held-partitions.ts';
import { readOpenProducers } from './read-producers.ts';
import { type ReadTransactions, readTransactions } from './read-transactions.ts';

/** Of more held partitions than this the others are only counted: their leaders would be asked for long. */
const HELD_MAX = 500;

/** Asks for all transactional ids, and for the partitions that open transactions hold back. Never throws. */
export async function listTransactions(
  requests: KafkaRequests,
  metadata: ClusterMetadata,
  now: number,
): Promise<TransactionList> {
  const gaps = await gapsIn(requests, metadata);
  const looked = gaps.slice(0, HELD_MAX);
  // Leaders, coordinators, and leaders again: see `heldPartitions`.
  const before = await readOpenProducers(requests, metadata, looked);
  const read = await readTransactions(requests, metadata);
  const facts: HeldFacts = {
    gaps: looked,
    producersBefore: before.open,
    producersAfter: new TopicPartitionMap(),
    transactions: read.transactions,
    isComplete: read.silent.length + read.refused.size === 0,
    now,
  };
  const after = await readOpenProducers(requests, metadata, suspects(facts));
  return {
    state: stateOf(read),
    transactions: [...read.transactions],
    held: heldPartitions({ ...facts, producersAfter: after.open }),
    heldMore: gaps.length - looked.length,
    tellsProducers: before.isSupported,
    silentBrokers: [...read.silent],
    checkedAt: now,
  };
}

/** Partitions whose last stable offset is below their high watermark, the widest gap first. */
async function gapsIn(requests: KafkaRequests, metadata: ClusterMetadata): Promise<Gap[]> {
  // The last stable offset first: it only grows, so that what ends in between is not taken for a gap in reverse.
  const stable = await listStableOffsets(requests, metadata);
  const ends = await listOffsets(requests, metadata, 'latest');
  const gaps = [...stable.offsets.entries()].flatMap(({ topic, partition, value: lastStableOffset }) => {
    const highWatermark = ends.offsets.get(topic, partition) ?? lastStableOffset;
    return highWatermark > lastStableOffset ? [{ topic, partition, lastStableOffset, highWatermark }] : [];
  });
  return gaps.sort((one, other) => width(other) - width(one));
}

function width({ lastStableOffset, highWatermark }: Gap): number {
  return highWatermark - lastStableOffset;
}

function stateOf({ transactions, refused }: ReadTransactions): TransactionList['state'] {
  const reasons = [...refused.values()];
  if (transactions.length > 0 || reasons.length === 0) return 'known';
  if (reasons.every((reason) => reason === 'not-supported')) return 'not-supported';
  return reasons.includes('not-permitted') ? 'not-permitted' : 'known';
}
