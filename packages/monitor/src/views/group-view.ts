import type { GroupDetail, GroupList, GroupPartition, GroupSummary } from '@odradek/contract';
import { evidenceOf, type JudgedGroup, type JudgedPartition } from '../burrow/judge-group.ts';
import type { ClusterSampler } from '../sampler/cluster-sampler.ts';
import { burrowSettings, type ClusterState } from '../sampler/cluster-state.ts';

/** All groups, by name. */
export function groupList(sampler: ClusterSampler): GroupList {
  return { groups: groupSummaries(sampler), checkedAt: sampler.state.checkedAt };
}

export function groupSummaries(sampler: ClusterSampler): GroupSummary[] {
  return [...sampler.state.judgedGroups.values()].map((judged) => groupSummary(sampler, judged));
}

/** One group with its members and partitions; null when there is none of that name. */
export function groupDetail(sampler: ClusterSampler, group: string): GroupDetail | null {
  const { state } = sampler;
  const judged = state.judgedGroups.get(group);
  if (judged === undefined) {
    return null;
  }
  const description = state.descriptions.get(group);
  const listed = state.listedGroups.get(group);
  return {
    ...groupSummary(sampler, judged),
    protocolType: description?.protocolType ?? listed?.protocolType ?? null,
    assignor: description?.assignor ?? null,
    groupEpoch: description?.groupEpoch ?? null,
    assignmentEpoch: description?.assignmentEpoch ?? null,
    notDescribed: state.notDescribed.get(group) ?? null,
    coordinator: listed?.coordinator ?? null,
    memberDetails: [...(description?.members ?? [])],
    partitions: judged.partitions.map((partition) => groupPartition(sampler, judged, partition)),
    checkedAt: state.checkedAt,
  };
}

/** Why the group's worst partition has its verdict. */
export function worstExplanation(judged: JudgedGroup, allowedLag: number): string {
  const worst = worstOf(judged);
  if (worst?.judged === undefined || worst.judged === null) {
    return '';
  }
  const { explanation } = evidenceOf(worst.judged, judged.at, allowedLag);
  return `${worst.topic}-${worst.partition} ${worst.judged.verdict}: ${explanation}`;
}

function groupSummary(sampler: ClusterSampler, judged: JudgedGroup): GroupSummary {
  const { state } = sampler;
  const { group, partitions, status, totalLag, lastCommitAt } = judged;
  const listed = state.listedGroups.get(group);
  const description = state.descriptions.get(group);
  const worst = status?.worst ?? null;
  return {
    group,
    type: listed?.type ?? 'unknown',
    state: description?.state ?? listed?.state ?? 'Unknown',
    members: description?.members.length ?? null,
    topics: [...new Set(partitions.map(({ topic }) => topic))],
    totalLag,
    verdict: status?.verdict ?? null,
    worstPartition:
      worst === null
        ? null
        : {
            topic: worst.topic,
            partition: worst.partition,
            verdict: worst.verdict,
            lag: worst.currentLag,
          },
    polled: sampler.commitSource === 'polled',
    lastCommitAt,
    sparkline: state.sparklines.get(group)?.values(judged.at) ?? [],
  };
}

function groupPartition(
  sampler: ClusterSampler,
  judged: JudgedGroup,
  partition: JudgedPartition,
): GroupPartition {
  const { state } = sampler;
  const { topic, committed, end, lag, judged: window } = partition;
  const evidence = window === null ? null : evidenceOf(window, judged.at, burrowSettings.allowedLag);
  const note =
    sampler.commitSource === 'polled' && window?.verdict === 'STOP'
      ? ' Commits are polled here: a group that commits the same offset again looks the same (STALL shows as STOP).'
      : '';
  return {
    topic,
    partition: partition.partition,
    committed: committed?.offset ?? null,
    committedAt: committed?.timestamp ?? null,
    metadata: committed?.metadata ?? null,
    logStartOffset: state.startOffsets.get(topic, partition.partition) ?? null,
    end,
    lag,
    verdict: window?.verdict ?? null,
    memberId: memberOf(state, judged.group, partition),
    evidence: evidence === null ? null : { ...evidence, explanation: evidence.explanation + note },
  };
}

function memberOf(
  { descriptions }: ClusterState,
  group: string,
  { topic, partition }: JudgedPartition,
): string | null {
  const owner = descriptions
    .get(group)
    ?.members.find(({ assignment }) =>
      assignment.some((assigned) => assigned.topic === topic && assigned.partitions.includes(partition)),
    );
  return owner?.memberId ?? null;
}

function worstOf({ partitions, status }: JudgedGroup): JudgedPartition | undefined {
  return partitions.find(
    ({ topic, partition }) => topic === status?.worst?.topic && partition === status.worst.partition,
  );
}
