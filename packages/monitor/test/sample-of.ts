import type { ClusterMetadata, PartitionMetadata } from '../src/cluster-client/cluster-metadata.ts';
import type { ClusterSample, OffsetEvent } from '../src/sampler/cluster-sample.ts';
import { TopicPartitionMap } from '../src/topic-partition-map.ts';

/** Topic name → end offset of each of its partitions; its id is its name followed by `-id` unless said. */
export interface SampleSketch {
  readonly at: number;
  readonly ends: Readonly<Record<string, readonly number[]>>;
  readonly topicIds?: Readonly<Record<string, string>>;
  readonly events?: readonly OffsetEvent[];
  readonly recent?: boolean;
  readonly change?: Partial<ClusterSample>;
}

const healthy: Omit<PartitionMetadata, 'partition'> = {
  leader: 1,
  leaderEpoch: 0,
  replicas: [1],
  isr: [1],
  offlineReplicas: [],
  error: null,
};

/** A sample of a healthy cluster of one broker. */
export function sampleOf(sketch: SampleSketch): ClusterSample {
  const { at, ends, events = [], recent = true, change = {} } = sketch;
  return {
    at,
    metadata: metadataOf(sketch),
    offsetEvents: events,
    commitsAreRecent: recent,
    endOffsets: offsetsOf(ends),
    startOffsets: offsetsOf(
      Object.fromEntries(Object.entries(ends).map(([topic, of]) => [topic, of.map(() => 0)])),
    ),
    groups: [],
    descriptions: [],
    sizes: null,
    compactedTopics: null,
    unreachableBrokers: new Map(),
    ...change,
  };
}

/** A commit of group `g` to `orders-0`, one offset record after another. */
export function commitOf(offset: number, timestamp: number, change: Partial<OffsetEvent> = {}): OffsetEvent {
  const commit = { kind: 'commit', group: 'g', topic: 'orders', partition: 0, metadata: null } as const;
  return { ...commit, offset, timestamp, order: timestamp, ...change } as OffsetEvent;
}

function metadataOf({ ends, topicIds = {} }: SampleSketch): ClusterMetadata {
  return {
    clusterId: 'cluster',
    controllerId: 1,
    lacksController: false,
    brokers: new Map([[1, { id: 1, host: '127.0.0.1', port: 9, rack: null }]]),
    topics: new Map(
      Object.entries(ends).map(([name, partitions]) => [
        name,
        {
          name,
          topicId: topicIds[name] ?? `${name}-id`,
          internal: name.startsWith('__'),
          partitions: partitions.map((_, partition) => ({ ...healthy, partition })),
        },
      ]),
    ),
  };
}

function offsetsOf(ends: SampleSketch['ends']): TopicPartitionMap<number> {
  const offsets = new TopicPartitionMap<number>();
  for (const [topic, partitions] of Object.entries(ends)) {
    for (const [partition, offset] of partitions.entries()) {
      offsets.set(topic, partition, offset);
    }
  }
  return offsets;
}
