import type { TopicPartition } from '@odradek/contract';
import { type BrokerNode, type ClusterMetadata, partitionAt } from '../cluster-client/cluster-metadata.ts';
import { fanOut } from '../cluster-client/fan-out.ts';
import { ApiNotSupported, type KafkaRequests } from '../cluster-client/kafka-requests.ts';
import { TopicPartitionMap } from '../topic-partition-map.ts';

/** A transaction that a partition's leader has seen begin and not end. */
export interface OpenProducer {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly startOffset: number;
  /** Null where it is not known. */
  readonly lastWriteAt: number | null;
  /** Of the coordinator's last marker here; -1: there was none yet. */
  readonly coordinatorEpoch: number;
}

export interface ReadProducers {
  /** Those with a transaction open, the one that began first in front; partitions that were not answered are missing. */
  readonly open: TopicPartitionMap<readonly OpenProducer[]>;
  /** False: some leader has no API to tell its producers by. */
  readonly isSupported: boolean;
}

/** Asks the leaders who has a transaction open in the partitions. Never throws. */
export async function readOpenProducers(
  requests: KafkaRequests,
  metadata: ClusterMetadata,
  partitions: readonly TopicPartition[],
): Promise<ReadProducers> {
  const open = new TopicPartitionMap<readonly OpenProducer[]>();
  let isSupported = true;
  await fanOut(
    Map.groupBy(partitions, (one) => leaderOf(metadata, one)),
    async ([leader, led]) => {
      if (leader === null) return;
      const topics = [...Map.groupBy(led, ({ topic }) => topic)].map(([name, of]) => ({
        name,
        partitionIndexes: of.map(({ partition }) => partition),
      }));
      const answer = await requests.send(leader, 'DescribeProducers', { topics });
      for (const { name, partitions } of answer.topics) {
        for (const { partitionIndex, errorCode, activeProducers } of partitions) {
          if (errorCode === 0) open.set(name, partitionIndex, openOf(activeProducers));
        }
      }
    },
    (_, error) => {
      if (error instanceof ApiNotSupported) isSupported = false;
    },
  );
  return { open, isSupported };
}

/** Null: the partition is not known, or has no leader. */
export function leaderOf(metadata: ClusterMetadata, { topic, partition }: TopicPartition): BrokerNode | null {
  const known = metadata.topics.get(topic);
  const leader = known && partitionAt(known, partition)?.leader;
  return metadata.brokers.get(leader ?? -1) ?? null;
}

interface ActiveProducer {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly lastTimestamp: number;
  readonly coordinatorEpoch: number;
  readonly currentTxnStartOffset: number;
}

function openOf(producers: readonly ActiveProducer[]): OpenProducer[] {
  return producers
    .filter(({ currentTxnStartOffset }) => currentTxnStartOffset >= 0)
    .map(producerOf)
    .sort((one, other) => one.startOffset - other.startOffset);
}

function producerOf(producer: ActiveProducer): OpenProducer {
  return {
    producerId: producer.producerId,
    producerEpoch: producer.producerEpoch,
    startOffset: producer.currentTxnStartOffset,
    lastWriteAt: producer.lastTimestamp < 0 ? null : producer.lastTimestamp,
    coordinatorEpoch: producer.coordinatorEpoch,
  };
}
