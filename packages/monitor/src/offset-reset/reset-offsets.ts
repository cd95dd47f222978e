import type {
  ActiveMembers,
  PlannedReset,
  ResetGoal,
  ResetOutcome,
  ResetPlan,
  ResetRequest,
  TopicPartition,
} from '@odradek/contract';
import { commitAsNobody, deleteOffsets, type RefusedOffset } from '../cluster-client/change-group-offsets.ts';
import type { ClusterMetadata } from '../cluster-client/cluster-metadata.ts';
import { findCoordinator } from '../cluster-client/find-coordinator.ts';
import type { KafkaRequests } from '../cluster-client/kafka-requests.ts';
import { activeMembersOf } from './group-activity.ts';
import { planReset } from './plan-reset.ts';
import { committedBy, readResetFacts } from './read-reset-facts.ts';

/** One partition on its way from one committed offset to another; null: none at all. */
export interface OffsetMove extends TopicPartition {
  readonly before: number | null;
  readonly after: number | null;
}

/** What became of moving a group's offsets. Nothing was changed unless it is `done`. */
export type OffsetsMoved =
  | { readonly kind: 'done'; readonly outcome: ResetOutcome; readonly moved: readonly OffsetMove[] }
  | { readonly kind: 'active'; readonly active: ActiveMembers }
  /** Somebody has committed since the plan was made; the first partition that differs. */
  | { readonly kind: 'changed'; readonly partition: OffsetMove; readonly now: number | null };

/** Asks where a reset would put a group. Changes nothing. Throws KafkaError and BrokerUnreachable. */
export async function planOffsetReset(
  requests: KafkaRequests,
  metadata: ClusterMetadata,
  group: string,
  goal: ResetGoal,
): Promise<ResetPlan> {
  const active = await activeMembersOf(requests, metadata, group);
  const partitions = planReset(goal.target, await readResetFacts(requests, metadata, group, goal));
  const moves = partitions.filter(differs);
  const steps = moves.flatMap(({ before, after }) => (before === null ? [] : [(after ?? 0) - before]));
  return {
    group,
    partitions,
    changes: moves.length,
    recordsAgain: sum(steps.map((step) => Math.max(0, -step))),
    recordsSkipped: sum(steps.map((step) => Math.max(0, step))),
    active,
  };
}

/** The moves of a plan: what differs afterwards. */
export function movesOf({ partitions }: Pick<ResetPlan, 'partitions'>): ResetRequest['partitions'] {
  return partitions.filter(differs).map(({ topic, partition, before, after }) => ({
    ...{ topic, partition, before },
    after: after ?? 0,
  }));
}

/**
 * Moves committed offsets, unless members are there or an offset is not what it was when this was planned. The
 * coordinator refuses members that come in between. Throws KafkaError and BrokerUnreachable.
 */
export async function moveOffsets(
  requests: KafkaRequests,
  metadata: ClusterMetadata,
  group: string,
  moves: readonly OffsetMove[],
): Promise<OffsetsMoved> {
  const active = await activeMembersOf(requests, metadata, group);
  if (active !== null) return { kind: 'active', active };
  const committed = await committedBy(requests, group);
  for (const partition of moves) {
    const now = committed.get(partition.topic, partition.partition) ?? null;
    if (now !== partition.before) return { kind: 'changed', partition, now };
  }
  const coordinator = await findCoordinator(requests, 'group', group);
  const set = moves.flatMap(({ after, ...one }) => (after === null ? [] : [{ ...one, offset: after }]));
  const refused = [
    ...(await commitAsNobody(requests, coordinator, group, set)),
    ...(await deleteOffsets(
      requests,
      coordinator,
      group,
      moves.filter(({ after }) => after === null),
    )),
  ];
  const isRefused = new Set(refused.map(keyOf));
  if (refused.length === moves.length && refused.every(isOfMembers)) {
    const joined = await activeMembersOf(requests, metadata, group);
    return { kind: 'active', active: joined ?? { state: 'Unknown', members: [] } };
  }
  return {
    kind: 'done',
    outcome: { changed: moves.length - refused.length, refused },
    moved: moves.filter((one) => !isRefused.has(keyOf(one))),
  };
}

/** What a coordinator answers to who is no member while there are members. */
const membersErrors = [
  'UNKNOWN_MEMBER_ID',
  'ILLEGAL_GENERATION',
  'REBALANCE_IN_PROGRESS',
  'NON_EMPTY_GROUP',
  'STALE_MEMBER_EPOCH',
  'FENCED_MEMBER_EPOCH',
];

function isOfMembers({ error }: RefusedOffset): boolean {
  return membersErrors.includes(error);
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${partition} ${topic}`;
}

function differs({ before, after }: PlannedReset): boolean {
  return after !== null && after !== before;
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
