import type {
  TopicDetail,
  TopicList,
  TopicPartitionDetail,
  TopicReader,
  TopicReaderDetail,
  TopicSummary,
} from '@odradek/contract';
import { groupVerdictOf, statusNumber } from '../burrow/group-status.ts';
import type { JudgedPartition } from '../burrow/judge-group.ts';
import {
  isUnderReplicated,
  type PartitionMetadata,
  type TopicMetadata,
} from '../cluster-client/cluster-metadata.ts';
import type { ClusterState } from '../sampler/cluster-state.ts';

/** All topics, by name. */
export function topicList(state: ClusterState): TopicList {
  return { topics: topicSummaries(state), checkedAt: state.checkedAt };
}

export function topicSummaries(state: ClusterState): TopicSummary[] {
  const readers = readersByTopic(state);
  return [...state.metadata.topics.values()]
    .sort((one, other) => one.name.localeCompare(other.name))
    .map((topic) => ({
      ...topicFacts(state, topic),
      readers: (readers.get(topic.name) ?? []).map(({ partitions: _, ...reader }) => reader),
    }));
}

/** One topic with its partitions and readers; null when there is none of that name. */
export function topicDetail(state: ClusterState, name: string): TopicDetail | null {
  const topic = state.metadata.topics.get(name);
  if (topic === undefined) {
    return null;
  }
  return {
    ...topicFacts(state, topic),
    partitionDetails: topic.partitions.map((partition) => partitionDetail(state, name, partition)),
    readers: readersByTopic(state).get(name) ?? [],
    checkedAt: state.checkedAt,
  };
}

function topicFacts(state: ClusterState, topic: TopicMetadata): Omit<TopicSummary, 'readers'> {
  const { name, topicId, internal, partitions } = topic;
  const details = partitions.map((partition) => partitionDetail(state, name, partition));
  return {
    name,
    topicId,
    internal,
    partitions: partitions.length,
    replicationFactor: Math.min(
      ...partitions.map(({ replicas }) => replicas.length),
      Number.MAX_SAFE_INTEGER,
    ),
    underReplicated: partitions.filter(isUnderReplicated).length,
    leaderless: partitions.filter(({ leader }) => leader === null).length,
    sizeBytes: sum(details.map(({ sizeBytes }) => sizeBytes)),
    messageEstimate: sum(
      details.map(({ endOffset, logStartOffset }) =>
        endOffset === null || logStartOffset === null ? null : Math.max(0, endOffset - logStartOffset),
      ),
    ),
    compacted: state.policies.compacted.has(name),
    recordsInPerSecond: sum(details.map(({ recordsInPerSecond }) => recordsInPerSecond)),
  };
}

function partitionDetail(
  { endOffsets, startOffsets, logDirectories }: ClusterState,
  topic: string,
  metadata: PartitionMetadata,
): TopicPartitionDetail {
  const { partition } = metadata;
  return {
    partition,
    leader: metadata.leader,
    leaderEpoch: metadata.leaderEpoch,
    replicas: [...metadata.replicas],
    isr: [...metadata.isr],
    offlineReplicas: [...metadata.offlineReplicas],
    logStartOffset: startOffsets.get(topic, partition) ?? null,
    endOffset: endOffsets.newest(topic, partition),
    sizeBytes: logDirectories?.leaders.get(topic, partition) ?? null,
    recordsInPerSecond: endOffsets.rate(topic, partition),
    error: metadata.error,
  };
}

function readersByTopic(state: ClusterState): Map<string, TopicReaderDetail[]> {
  const readers = new Map<string, TopicReaderDetail[]>();
  for (const { group, partitions } of state.judgedGroups.values()) {
    for (const [topic, read] of Map.groupBy(partitions, (partition) => partition.topic)) {
      const reader = {
        ...readerOf(state, group, read),
        partitions: read.map(({ partition, committed, lag, judged }) => ({
          partition,
          committed: committed?.offset ?? null,
          lag,
          verdict: judged?.verdict ?? null,
        })),
      };
      readers.set(topic, [...(readers.get(topic) ?? []), reader]);
    }
  }
  return readers;
}

function readerOf(state: ClusterState, group: string, partitions: readonly JudgedPartition[]): TopicReader {
  const verdicts = partitions
    .map(({ judged }) => judged?.verdict ?? null)
    .filter((verdict) => verdict !== null);
  const worst = verdicts.sort((one, other) => statusNumber[other] - statusNumber[one])[0];
  const lags = partitions.map(({ lag }) => lag).filter((lag) => lag !== null);
  return {
    group,
    state: state.listedGroups.get(group)?.state ?? 'Unknown',
    lag: lags.length === 0 ? null : lags.reduce((total, lag) => total + lag, 0),
    verdict: worst === undefined ? null : groupVerdictOf(worst),
  };
}

/** Of what is known; null when nothing is. */
function sum(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
}
