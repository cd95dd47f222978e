import { TopicPartitionMap } from '../topic-partition-map.ts';
import type { BrokerNode, ClusterMetadata } from './cluster-metadata.ts';
import { fanOut } from './fan-out.ts';
import type { KafkaRequests } from './kafka-requests.ts';

/** What ListOffsets is asked for: the first or the next offset, or the first at or after a time in ms. */
export type OffsetSpec = 'earliest' | 'latest' | { readonly timestamp: number };

export interface ListedOffsets {
  /** A partition that answered with an error, or has no leader, or no offset for the time, is missing. */
  readonly offsets: TopicPartitionMap<number>;
  /** Partitions that answered that they have no such offset. */
  readonly without: TopicPartitionMap<true>;
  /** Brokers that did not answer. */
  readonly unreachable: ReadonlyMap<number, unknown>;
}

/** By IsolationLevel of the protocol. */
const [READ_UNCOMMITTED, READ_COMMITTED] = [0, 1];

/** The version of ListOffsets that knows isolation levels; before it there were no transactions. */
const WITH_ISOLATION = 2;

/**
 * Asks each leader for the last stable offset of its partitions, where read_committed consumers have to stop. Never
 * throws; leaders that fail are named.
 */
export function listStableOffsets(
  requests: KafkaRequests,
  metadata: ClusterMetadata,
  topics: Iterable<string> = metadata.topics.keys(),
): Promise<ListedOffsets> {
  const question = { isolationLevel: READ_COMMITTED, minVersion: WITH_ISOLATION };
  return ask(requests, partitionsByLeader(metadata, topics), { spec: 'latest', ...question });
}

/**
 * Asks each leader for an offset of its partitions. `latest` is the high watermark: the monitor, like Burrow, reads
 * uncommitted. Never throws; leaders that fail are named.
 */
export function listOffsets(
  requests: KafkaRequests,
  metadata: ClusterMetadata,
  spec: OffsetSpec,
  topics: Iterable<string> = metadata.topics.keys(),
): Promise<ListedOffsets> {
  const question = { isolationLevel: READ_UNCOMMITTED, minVersion: 0 };
  return ask(requests, partitionsByLeader(metadata, topics), { spec, ...question });
}

interface Question {
  readonly spec: OffsetSpec;
  readonly isolationLevel: number;
  readonly minVersion: number;
}

async function ask(
  requests: KafkaRequests,
  byLeader: ReadonlyMap<BrokerNode, TopicPartitionMap<true>>,
  { spec, isolationLevel, minVersion }: Question,
): Promise<ListedOffsets> {
  const offsets = new TopicPartitionMap<number>();
  const without = new TopicPartitionMap<true>();
  const unreachable = new Map<number, unknown>();
  await fanOut(
    byLeader,
    async ([broker, partitions]) => {
      const topics = partitions.topics.map((topic) => ({
        name: topic,
        partitions: [...partitions.partitionsOf(topic).keys()].map((partitionIndex) => ({
          partitionIndex,
          timestamp: timestampOf(spec),
        })),
      }));
      const body = { replicaId: -1, isolationLevel, topics };
      const answer = await requests.send(broker, 'ListOffsets', body, { minVersion });
      for (const { name, partitions } of answer.topics) {
        for (const { partitionIndex, errorCode, offset } of partitions) {
          if (errorCode === 0 && offset >= 0) {
            offsets.set(name, partitionIndex, offset);
          } else if (errorCode === 0) {
            without.set(name, partitionIndex, true);
          }
        }
      }
    },
    ([broker], error) => unreachable.set(broker.id, error),
  );
  return { offsets, without, unreachable };
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
