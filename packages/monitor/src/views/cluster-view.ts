import type { ClusterSummary, Condition, Overview, TopicPartition } from '@odradek/contract';
import type { JudgedGroup } from '../burrow/judge-group.ts';
import { addressText } from '../cluster-client/cluster-definition.ts';
import { isUnderReplicated, type PartitionMetadata } from '../cluster-client/cluster-metadata.ts';
import type { ClusterSampler } from '../sampler/cluster-sampler.ts';
import { burrowSettings, type ClusterState } from '../sampler/cluster-state.ts';
import { missingBrokers } from './broker-view.ts';
import { worstExplanation } from './group-view.ts';

/** How many partitions a condition names; it counts all. */
const NAMED_PARTITIONS_MAX = 20;

/** A cluster as the list of clusters shows it. */
export function clusterSummary(sampler: ClusterSampler): ClusterSummary {
  const { definition, state, reason } = sampler;
  const verdicts = [...state.judgedGroups.values()].map((group) => group.status?.verdict);
  return {
    name: definition.name,
    state: sampler.connectionState,
    reason,
    bootstrap: [...definition.bootstrap],
    readOnly: sampler.isReadOnly,
    managed: definition.managed ?? false,
    clusterId: state.metadata.clusterId,
    sampleIntervalMs: sampler.sampleIntervalMs,
    commitSource: sampler.commitSource,
    commitSourceReason: sampler.commitSourceReason,
    checkedAt: state.checkedAt,
    groupsInError: verdicts.filter((verdict) => verdict === 'ERR').length,
    groupsInWarning: verdicts.filter((verdict) => verdict === 'WARN').length,
  };
}

/** What is wrong with a cluster, worst first, and how much there is of everything. */
export function overviewOf(sampler: ClusterSampler): Overview {
  const { state } = sampler;
  const topics = [...state.metadata.topics.values()];
  const leaderless = partitionsWhere(state, ({ leader }) => leader === null);
  const underReplicated = partitionsWhere(state, isUnderReplicated);
  const lags = [...state.judgedGroups.values()].map(({ totalLag }) => totalLag);
  const known = lags.filter((lag) => lag !== null);
  return {
    cluster: clusterSummary(sampler),
    conditions: [
      ...clusterConditions(sampler),
      ...brokerConditions(state),
      ...partitionConditions(leaderless, underReplicated),
      ...groupConditions(state),
    ].sort((one, other) => rank(one) - rank(other)),
    counts: {
      brokers: state.metadata.brokers.size,
      topics: topics.filter(({ internal }) => !internal).length,
      internalTopics: topics.filter(({ internal }) => internal).length,
      partitions: topics.reduce((sum, { partitions }) => sum + partitions.length, 0),
      groups: state.judgedGroups.size,
      leaderlessPartitions: leaderless.length,
      underReplicatedPartitions: underReplicated.length,
    },
    totalLag: state.checkedAt === null ? null : known.reduce((sum, lag) => sum + lag, 0),
    recordsInPerSecond: recordsInPerSecond(state),
    controllerId: state.topology.controllerId,
    checkedAt: state.checkedAt,
  };
}

/** Sort is stable: within a severity the order above holds. */
function rank({ severity }: Condition): number {
  return severity === 'critical' ? 0 : 1;
}

function clusterConditions({ reason, state }: ClusterSampler): Condition[] {
  if (reason !== null) {
    return [{ kind: 'cluster-unreachable', severity: 'critical', reason }];
  }
  return state.checkedAt !== null && state.topology.quorum.state === 'no-leader'
    ? [{ kind: 'no-controller', severity: 'critical', since: state.checkedAt }]
    : [];
}

/** A broker that does not answer, that is fenced, or that partitions are assigned to and the cluster does not list. */
function brokerConditions(state: ClusterState): Condition[] {
  const fenced = [...(state.topology.fenced?.keys() ?? [])];
  const missing = [...new Set([...fenced, ...missingBrokers(state)])].map((brokerId): Condition => {
    const known = state.knownBrokers.get(brokerId);
    return {
      kind: 'broker-unreachable',
      severity: 'critical',
      brokerId,
      address: known === undefined ? null : addressText(known),
      message: fenced.includes(brokerId)
        ? 'It is fenced: registered, but without heartbeats that the controller accepts.'
        : 'It has replicas but is not part of the cluster at the moment.',
      since: state.missingSince.get(brokerId) ?? state.topologyAt ?? 0,
    };
  });
  const isListed = ([id]: [number, unknown]) => state.metadata.brokers.has(id);
  const silent = [...state.unreachableBrokers]
    .filter(isListed)
    .map(([brokerId, { message, since }]): Condition => {
      const known = state.knownBrokers.get(brokerId);
      const address = known === undefined ? null : addressText(known);
      return { kind: 'broker-unreachable', severity: 'critical', brokerId, address, message, since };
    });
  return [...silent, ...missing];
}

function partitionConditions(
  leaderless: readonly TopicPartition[],
  underReplicated: readonly TopicPartition[],
): Condition[] {
  const conditions: Condition[] = [];
  if (leaderless.length > 0) {
    const partitions = leaderless.slice(0, NAMED_PARTITIONS_MAX);
    conditions.push({
      kind: 'leaderless-partitions',
      severity: 'critical',
      total: leaderless.length,
      partitions,
    });
  }
  if (underReplicated.length > 0) {
    const partitions = underReplicated.slice(0, NAMED_PARTITIONS_MAX);
    const total = underReplicated.length;
    conditions.push({ kind: 'under-replicated-partitions', severity: 'warning', total, partitions });
  }
  return conditions;
}

function groupConditions(state: ClusterState): Condition[] {
  return [...state.judgedGroups.values()]
    .filter(({ status }) => status !== null && status.verdict !== 'OK')
    .sort((one, other) => severityOf(other) - severityOf(one))
    .map((judged) => ({
      kind: 'group',
      severity: judged.status?.verdict === 'ERR' ? 'critical' : 'warning',
      group: judged.group,
      verdict: judged.status?.verdict ?? 'OK',
      totalLag: judged.totalLag,
      explanation: worstExplanation(judged, burrowSettings.allowedLag),
    }));
}

function severityOf({ status, totalLag }: JudgedGroup): number {
  return (status?.verdict === 'ERR' ? 1e16 : 0) + (totalLag ?? 0);
}

function partitionsWhere(
  { metadata }: ClusterState,
  matches: (partition: PartitionMetadata) => boolean,
): TopicPartition[] {
  return [...metadata.topics.values()].flatMap(({ name, partitions }) =>
    partitions.filter(matches).map(({ partition }) => ({ topic: name, partition })),
  );
}

function recordsInPerSecond({ metadata, endOffsets }: ClusterState): number | null {
  const rates = [...metadata.topics.values()]
    .filter(({ internal }) => !internal)
    .flatMap(({ name, partitions }) => partitions.map(({ partition }) => endOffsets.rate(name, partition)))
    .filter((rate) => rate !== null);
  return rates.length === 0 ? null : rates.reduce((sum, rate) => sum + rate, 0);
}
