import type { ResetGoal, TopicPartition } from '@odradek/contract';
import type { ClusterMetadata } from '../cluster-client/cluster-metadata.ts';
import { findCoordinator } from '../cluster-client/find-coordinator.ts';
import { KafkaError } from '../cluster-client/kafka-error.ts';
import type { KafkaRequests } from '../cluster-client/kafka-requests.ts';
import { listOffsets } from '../cluster-client/list-offsets.ts';
import { readGroupOffsets } from '../cluster-client/read-committed-offsets.ts';
import { TopicPartitionMap } from '../topic-partition-map.ts';
import type { ResetFacts } from './plan-reset.ts';

const UNKNOWN_TOPIC_OR_PARTITION = 3;

/** Asks for what a plan needs. Throws KafkaError for a topic that is not there, and BrokerUnreachable. */
export async function readResetFacts(
  requests: KafkaRequests,
  metadata: ClusterMetadata,
  group: string,
  { target, topics, partitions }: ResetGoal,
): Promise<ResetFacts> {
  const committed = await committedBy(requests, group);
  const others =
    target.to === 'group' ? await committedBy(requests, target.group) : new TopicPartitionMap<number>();
  const known = [...new Set([...committed.topics, ...others.topics])].filter((topic) =>
    metadata.topics.has(topic),
  );
  const named = topics ?? partitions?.map(({ topic }) => topic) ?? known;
  const looked = partitionsOf(metadata, [...new Set(named)].sort(), partitions);
  const asked = [...new Set(looked.map(({ topic }) => topic))];
  const [starts, ends, timed] = await Promise.all([
    listOffsets(requests, metadata, 'earliest', asked),
    listOffsets(requests, metadata, 'latest', asked),
    target.to === 'time'
      ? offsetsAt(requests, metadata, target.timestamp, asked)
      : new TopicPartitionMap<number | null>(),
  ]);
  return { partitions: looked, committed, starts: starts.offsets, ends: ends.offsets, timed, others };
}

/** What a group has committed, as its coordinator says now. */
export async function committedBy(
  requests: KafkaRequests,
  group: string,
): Promise<TopicPartitionMap<number>> {
  const committed = new TopicPartitionMap<number>();
  const coordinator = await findCoordinator(requests, 'group', group);
  for (const { topic, partition, offset } of await readGroupOffsets(requests, coordinator, group)) {
    committed.set(topic, partition, offset);
  }
  return committed;
}

function partitionsOf(
  metadata: ClusterMetadata,
  topics: readonly string[],
  only: readonly TopicPartition[] | null,
): TopicPartition[] {
  const all = topics.flatMap((topic) => {
    const found = metadata.topics.get(topic);
    if (found === undefined) {
      throw new KafkaError(UNKNOWN_TOPIC_OR_PARTITION, `There is no topic ${topic}.`);
    }
    return found.partitions.map(({ partition }) => ({ topic, partition }));
  });
  if (only === null) return all;
  for (const { topic, partition } of only) {
    if (!all.some((one) => one.topic === topic && one.partition === partition)) {
      throw new KafkaError(UNKNOWN_TOPIC_OR_PARTITION, `There is no partition ${partition} of ${topic}.`);
    }
  }
  const chosen = new Set(only.map(({ topic, partition }) => `${partition} ${topic}`));
  return all.filter(({ topic, partition }) => chosen.has(`${partition} ${topic}`));
}

async function offsetsAt(
  requests: KafkaRequests,
  metadata: ClusterMetadata,
  timestamp: number,
  topics: readonly string[],
): Promise<TopicPartitionMap<number | null>> {
  const listed = await listOffsets(requests, metadata, { timestamp }, topics);
  const timed = new TopicPartitionMap<number | null>();
  for (const { topic, partition, value } of listed.offsets.entries()) timed.set(topic, partition, value);
  for (const { topic, partition } of listed.without.entries()) timed.set(topic, partition, null);
  return timed;
}
