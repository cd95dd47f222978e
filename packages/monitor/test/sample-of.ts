import type { ClusterMetadata, PartitionMetadata } from '../src/cluster-client/cluster-metadata.ts';
import type { ClusterTopology } from '../src/cluster-client/read-topology.ts';
import type { ClusterSample, OffsetEvent } from '../src/sampler/cluster-sample.ts';
import type { ClusterState } from '../src/sampler/cluster-state.ts';
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
  adding: [],
  removing: [],
  error: null,
};

/** What is not told of the members of classic groups. */
export const classicMember = {
  rack: null,
  memberEpoch: null,
  protocol: null,
  subscribedTopics: null,
  subscribedRegex: null,
  targetAssignment: null,
} as const;

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
    notDescribed: new Map(),
    groupRecords: [],
    timelineSource: 'offsets-topic',
    logDirectories: null,
    policies: null,
    unreachableBrokers: new Map(),
    ...change,
  };
}

/** The topology of a KRaft cluster with this metadata, whose broker 1 is the active controller. */
export function topologyOf(
  metadata: ClusterMetadata,
  change: Partial<ClusterTopology> = {},
): ClusterTopology {
  const voter = { id: 1, directoryId: null, endpoints: [], logEndOffset: 9 };
  const voters = [{ ...voter, lastFetchAt: null, lastCaughtUpAt: null }];
  const partition = { leaderId: 1, leaderEpoch: 1, highWatermark: 9, voters, observers: [] };
  return {
    metadata,
    quorum: { state: 'known', partition },
    controllerId: 1,
    fenced: new Map(),
    tellsReassignments: true,
    ...change,
  };
}

/** Takes a sample in, and before it the topology it was taken by. */
export function applySample(state: ClusterState, sample: ClusterSample): ReturnType<ClusterState['apply']> {
  state.applyTopology(topologyOf(sample.metadata), sample.at);
  return state.apply(sample);
}

/** A commit of group `g` to `orders-0`, one offset record after another. */
export function commitOf(offset: number, timestamp: number, change: Partial<OffsetEvent> = {}): OffsetEvent {
  const commit = { kind: 'commit', group: 'g', topic: 'orders', partition: 0, metadata: null } as const;
  return { ...commit, offset, timestamp, order: timestamp, ...change } as OffsetEvent;
}

function metadataOf({ ends, topicIds = {} }: SampleSketch): ClusterMetadata {
  return {
    clusterId: 'cluster',
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
