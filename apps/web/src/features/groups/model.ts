import type { GroupDetail, GroupPartition, GroupSummary, VerdictRule } from '@odradek/contract';
import { urgencyOf } from '../../shared/verdict-order.ts';

export interface GroupFilter {
  filter?: string | undefined;
  verdict?: 'OK' | 'WARN' | 'ERR' | undefined;
}

/** Every word of the filter must occur in the group's name or in one of its topics'. */
export function filterGroups(
  groups: readonly GroupSummary[],
  { filter = '', verdict }: GroupFilter,
): GroupSummary[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return groups.filter((group) => {
    if (verdict !== undefined && group.verdict !== verdict) return false;
    const names = [group.group, ...group.topics].map((name) => name.toLowerCase());
    return words.every((word) => names.some((name) => name.includes(word)));
  });
}

/** `topic:partition`, as the address names a partition. */
export function partitionKey({ topic, partition }: Pick<GroupPartition, 'topic' | 'partition'>): string {
  return `${topic}:${partition}`;
}

/** The partition of that name; without a name, the one the group's verdict comes from. */
export function partitionInFocus(group: GroupDetail, key: string | undefined): GroupPartition | undefined {
  if (key !== undefined) return group.partitions.find((partition) => partitionKey(partition) === key);
  return group.partitions.reduce<GroupPartition | undefined>((worst, partition) => {
    if (!worst) return partition;
    return urgencyOf(partition.verdict, partition.lag) > urgencyOf(worst.verdict, worst.lag)
      ? partition
      : worst;
  }, undefined);
}

export interface RuleStep {
  rule: VerdictRule;
  /** The rule's result when it is met. */
  verdict: 'OK' | 'WARN' | 'STOP' | 'STALL' | 'REWIND';
  /** The rule in words. */
  words: string;
}

/** Burrow's rules in the order they are asked; the first that is met decides. */
export const ruleSteps: readonly RuleStep[] = [
  { rule: 'no-lag', verdict: 'OK', words: 'There is no lag now.' },
  {
    rule: 'stopped',
    verdict: 'STOP',
    words:
      'The last commit is longer ago than the window spans, and the group had not caught up shortly before.',
  },
  {
    rule: 'rewound',
    verdict: 'REWIND',
    words: 'A committed offset is lower than the one before it, and was not made up for.',
  },
  { rule: 'recently-caught-up', verdict: 'OK', words: 'The lag was zero at some commit in the window.' },
  { rule: 'stalled', verdict: 'STALL', words: 'Commits arrive, but every one has the same offset.' },
  {
    rule: 'lag-never-decreased',
    verdict: 'WARN',
    words: 'The offset moves, but the lag became smaller at no commit.',
  },
  { rule: 'lag-decreased', verdict: 'OK', words: 'The lag became smaller at least once in the window.' },
];
