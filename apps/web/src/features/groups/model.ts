import type {
  GroupDetail,
  GroupMember,
  GroupPartition,
  GroupSummary,
  TopicPartitions,
  VerdictRule,
} from '@odradek/contract';
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

/** What the coordinator wants a member to get and to give up; both empty where it has what it is to have. */
export function assignmentDifference({
  assignment,
  targetAssignment,
}: Pick<GroupMember, 'assignment' | 'targetAssignment'>): {
  gets: TopicPartitions;
  givesUp: TopicPartitions;
} {
  if (targetAssignment === null) return { gets: [], givesUp: [] };
  return { gets: without(targetAssignment, assignment), givesUp: without(assignment, targetAssignment) };
}

function without(some: TopicPartitions, other: TopicPartitions): TopicPartitions {
  const there = new Map(other.map(({ topic, partitions }) => [topic, new Set(partitions)]));
  return some
    .map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.filter((one) => !there.get(topic)?.has(one)),
    }))
    .filter(({ partitions }) => partitions.length > 0);
}

/** `orders: 0-3, 7; parcels: 1`, or `nothing`. */
export function assignmentText(assignment: TopicPartitions): string {
  if (assignment.length === 0) return 'nothing';
  return assignment.map(({ topic, partitions }) => `${topic}: ${ranges(partitions)}`).join('; ');
}

/** `0-3, 7` for 0, 1, 2, 3, 7. */
function ranges(partitions: readonly number[]): string {
  const parts: string[] = [];
  const ordered = [...partitions].sort((left, right) => left - right);
  for (let index = 0; index < ordered.length; index += 1) {
    const first = ordered[index];
    while (ordered[index + 1] === (ordered[index] ?? 0) + 1) index += 1;
    const last = ordered[index];
    parts.push(first === last ? String(first) : `${first}-${last}`);
  }
  return parts.join(', ');
}
