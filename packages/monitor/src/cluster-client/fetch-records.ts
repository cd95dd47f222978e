import { errorOf } from '@odradek/broker/protocol';
import type { BrokerNode, ClusterMetadata } from './cluster-metadata.ts';
import { fanOut } from './fan-out.ts';
import type { KafkaLibrary } from './kafka-library.ts';
import type { KafkaRequests } from './kafka-requests.ts';
import { type RecordBatch, readRecordBatches } from './record-batches.ts';

/** Where to read a partition. */
export interface FetchPosition {
  readonly partition: number;
  readonly offset: number;
}

export interface FetchedPartition {
  /** Kafka's error name, or why the leader could not be asked; null when batches were read. */
  readonly error: string | null;
  readonly batches: readonly RecordBatch[];
  readonly highWatermark: number | null;
}

export interface FetchOptions {
  readonly topic: string;
  readonly positions: readonly FetchPosition[];
  /** Of one partition; the first batch comes whole even if it is larger. */
  readonly partitionBytesMax: number;
}

/** Topics are named by id from version 13 on; by name is enough for a reader that keeps no session. */
const MAX_VERSION = 12;

/**
 * Reads each partition from its position, once and without waiting for records to come. No group is joined and
 * nothing is committed. Uncommitted transactional records are included, as for a default consumer. Never throws.
 */
export async function fetchRecords(
  library: KafkaLibrary,
  requests: KafkaRequests,
  metadata: ClusterMetadata,
  options: FetchOptions,
): Promise<Map<number, FetchedPartition>> {
  const fetched = new Map<number, FetchedPartition>();
  const fail = (positions: readonly FetchPosition[], error: string) => {
    for (const { partition } of positions) {
      fetched.set(partition, { error, batches: [], highWatermark: null });
    }
  };
  const { byLeader, leaderless } = positionsByLeader(metadata, options);
  fail(leaderless, 'LEADER_NOT_AVAILABLE');
  await fanOut(
    byLeader,
    async ([leader, positions]) => {
      const { topic, partitionBytesMax } = options;
      const answer = await requests.send(
        leader,
        'Fetch',
        {
          maxWaitMs: 0,
          minBytes: 0,
          maxBytes: partitionBytesMax * positions.length,
          topics: [
            {
              topic,
              partitions: positions.map(({ partition, offset }) => ({
                partition,
                fetchOffset: offset,
                partitionMaxBytes: partitionBytesMax,
              })),
            },
          ],
        },
        { maxVersion: MAX_VERSION },
      );
      if (answer.errorCode !== 0) {
        fail(positions, errorOf(answer.errorCode).name);
      }
      for (const { partitionIndex, errorCode, highWatermark, records } of answer.responses.flatMap(
        ({ partitions }) => partitions,
      )) {
        fetched.set(partitionIndex, {
          error: errorCode === 0 ? null : errorOf(errorCode).name,
          batches: errorCode === 0 ? readRecordBatches(library, records) : [],
          highWatermark: highWatermark < 0 ? null : highWatermark,
        });
      }
    },
    ([, positions], error) => fail(positions, error instanceof Error ? error.message : 'unknown'),
  );
  return fetched;
}

function positionsByLeader(metadata: ClusterMetadata, { topic, positions }: FetchOptions) {
  const byLeader = new Map<BrokerNode, FetchPosition[]>();
  const leaderless: FetchPosition[] = [];
  const partitions = new Map(
    metadata.topics.get(topic)?.partitions.map(({ partition, leader }) => [partition, leader]),
  );
  for (const position of positions) {
    const leader = metadata.brokers.get(partitions.get(position.partition) ?? -1);
    if (leader === undefined) {
      leaderless.push(position);
    } else {
      byLeader.set(leader, [...(byLeader.get(leader) ?? []), position]);
    }
  }
  return { byLeader, leaderless };
}
