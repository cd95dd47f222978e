import { TopicPartitionMap } from '../topic-partition-map.ts';
import type { BrokerNode, ClusterMetadata } from './cluster-metadata.ts';
import { fanOut } from './fan-out.ts';
import type { KafkaRequests } from './kafka-requests.ts';

/** What ListOffsets is asked for: the first or the next offset, or the first at or after a time in ms. */
export type OffsetSpec = 'earliest' | 'latest' | { readonly timestamp: number };

export interface ListedOffsets {
  /** A partition that answered with an error, or has no leader, or no offset for the time, is missing. */
  readonly offsets: TopicPartitionMap<number>;
  /** Brokers that did not answer. */
  readonly unreachable: ReadonlyMap<number, unknown>;
}

/**
 * Asks each leader for an offset of its partitions. `latest` is the high watermark: the monitor, like Burrow, reads
 * uncommitted. Never throws; leaders that fail are named.
 */
export async function listOffsets(
  requests: KafkaRequests,
  metadata: ClusterMetadata,
  spec: OffsetSpec,
  topics: Iterable<string> = metadata.topics.keys(),
): Promise<ListedOffsets> {
  const offsets = new TopicPartitionMap<number>();
  const unreachable = new Map<number, unknown>();
  await fanOut(
    partitionsByLeader(metadata, topics),
    async ([broker, partitions]) => {
      const answer = await requests.send(broker, 'ListOffsets', {
        replicaId: -1,
        topics: partitions.topics.map((topic) => ({
          name: topic,
          partitions: [...partitions.partitionsOf(topic).keys()].map((partitionIndex) => ({
            partitionIndex,
            timestamp: timestampOf(spec),
          })),
        })),
      });
      for (const { name, partitions } of answer.topics) {
        for (const { partitionIndex, errorCode, offset } of partitions) {
          if (errorCode === 0 && offset >= 0) {
            offsets.set(name, partitionIndex, offset);
          }
        }
      }
    },
    ([broker], error) => unreachable.set(broker.id, error),
  );
  return { offsets, unreachable };
}

function timestampOf(spec: OffsetSpec): number {
  if (spec === 'latest') {
    return -1;
  }
  return spec === 'earliest' ? -2 : spec.timestamp;
}

function partitionsByLeader(
  metadata: ClusterMetadata,
  topics: Iterable<string>,
): Map<BrokerNode, TopicPartitionMap<true>> {
  const byLeader = new Map<BrokerNode, TopicPartitionMap<true>>();
  for (const topic of topics) {
    for (const { partition, leader } of metadata.topics.get(topic)?.partitions ?? []) {
      const broker = leader === null ? undefined : metadata.brokers.get(leader);
      if (broker !== undefined) {
        const partitions = byLeader.get(broker) ?? new TopicPartitionMap<true>();
        partitions.set(topic, partition, true);
        byLeader.set(broker, partitions);
      }
    }
  }
  return byLeader;
}
