import { invariant } from '../../runtime/invariant.ts';
import { type Assignment, NO_PARTITIONS, sameAssignment } from './assignment.ts';
import type { Assignor } from './assignors/assignor.ts';
import { rangeAssignor } from './assignors/range-assignor.ts';
import { uniformAssignor } from './assignors/uniform-assignor.ts';
import type { ConsumerMember } from './consumer-member.ts';
import { type ConsumerStep, note } from './consumer-step.ts';
import { membersAfter } from './group-epoch.ts';
import { topicsOf } from './subscriptions.ts';

export const ASSIGNORS: Readonly<Record<string, Assignor>> = {
  uniform: uniformAssignor,
  range: rangeAssignor,
};

export interface MemberTarget {
  readonly epoch: number;
  readonly target: Assignment;
}

/**
 * What the member is to have: by a new target assignment when the group's epoch is ahead of the present one and that
 * is older than `consumer.assignment.interval.ms`, else by the present one.
 */
export function targetFor(
  step: ConsumerStep,
  member: ConsumerMember,
  { epoch, replaced }: { epoch: number; replaced: ConsumerMember | null },
): MemberTarget {
  const { group } = step;
  const formerId = replaced?.memberId ?? member.memberId;
  if (group.target.epoch >= epoch || !mayAssign(step)) {
    return { epoch: group.target.epoch, target: group.targetOf(formerId) };
  }
  const removedIds = new Set(replaced === null ? [] : [replaced.memberId]);
  const members = membersAfter(step, { updated: member, removedIds });
  const targetOf = (memberId: string): Assignment =>
    group.targetOf(memberId === member.memberId ? formerId : memberId);
  const assigned = assign(step, members, targetOf);
  for (const { memberId } of members) {
    const target = assigned.get(memberId) ?? NO_PARTITIONS;
    const isKnown = group.hasTarget(memberId);
    if (isKnown && sameAssignment(target, group.targetOf(memberId))) continue;
    step.records.push({ kind: 'consumer-target', groupId: group.groupId, memberId, value: target });
  }
  step.records.push({
    kind: 'consumer-target-epoch',
    groupId: group.groupId,
    value: { epoch, assignedAtMs: step.now.wallMs },
  });
  return { epoch, target: assigned.get(member.memberId) ?? NO_PARTITIONS };
}

/** The assignor that most members want, or the broker's first; of equals, the one first asked for. */
export function preferredAssignor(members: Iterable<ConsumerMember>, fallback: string): string {
  const votes = new Map<string, number>();
  for (const { serverAssignor } of members) {
    if (serverAssignor !== null) votes.set(serverAssignor, (votes.get(serverAssignor) ?? 0) + 1);
  }
  const [winner] = [...votes].sort(([, a], [, b]) => b - a);
  return winner?.[0] ?? fallback;
}

function mayAssign({ config, group, now }: ConsumerStep): boolean {
  const { assignedAtMs } = group.target;
  const { assignmentIntervalMs } = config.consumer.ofGroup(group.groupId);
  return (
    assignedAtMs === 0 || assignmentIntervalMs === 0 || now.wallMs >= assignedAtMs + assignmentIntervalMs
  );
}

function assign(
  step: ConsumerStep,
  members: readonly ConsumerMember[],
  targetOf: (memberId: string) => Assignment,
): ReadonlyMap<string, Assignment> {
  const { config, group, topics } = step;
  const name = preferredAssignor(members, config.consumer.assignors[0] ?? 'uniform');
  // One that a former broker offered and this one does not: members that want it are refused when they join.
  const assignor = ASSIGNORS[name] ?? ASSIGNORS.uniform;
  invariant(assignor !== undefined, 'there is an assignor');
  note(step, 'consumer group gets a new target assignment', { assignor: name, members: members.length });
  return assignor({
    members: members.map((member) => ({
      memberId: member.memberId,
      instanceId: member.instanceId,
      topicIds: topics.idsOf(topicsOf(member, (regex) => group.regex(regex))),
      assignment: targetOf(member.memberId),
    })),
    partitionCount: (topicId) => topics.partitionCount(topicId),
  });
}
