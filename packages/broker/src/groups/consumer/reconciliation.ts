import {
  type Assignment,
  NO_PARTITIONS,
  type OwnedPartitions,
  ownsAny,
  type TopicPartitions,
} from './assignment.ts';
import type { ConsumerMember, CurrentAssignment, MemberState } from './consumer-member.ts';

export interface Reconciliation {
  readonly targetEpoch: number;
  readonly target: Assignment;
  /** Topics that the member subscribes to now. */
  readonly subscribedTopicIds: ReadonlySet<string>;
  readonly hasSubscriptionChanged: boolean;
  /** What the member says it has; null when it does not say. */
  readonly owned: readonly TopicPartitions[] | null;
  /** Whether some member has a partition, or has yet to give it up. */
  readonly isOwned: (topicId: string, partition: number) => boolean;
}

/**
 * A member's next step towards the target assignment (KIP-848): it gives up what it is not to have and says so, only
 * then it comes into the new epoch, and gets each further partition when its former member has given it up. What it
 * no longer subscribes to goes at once.
 */
export function reconcile(member: ConsumerMember, toward: Reconciliation): ConsumerMember {
  switch (member.state) {
    case 'stable':
      if (member.memberEpoch !== toward.targetEpoch) return nextAssignment(member, toward);
      return toward.hasSubscriptionChanged ? withoutUnsubscribed(member, toward) : member;
    case 'unrevoked':
      if (!stillOwns(member.pendingRevocation, toward.owned)) return nextAssignment(member, toward);
      return toward.hasSubscriptionChanged ? withoutUnsubscribed(member, toward) : member;
    case 'unreleased':
      return nextAssignment(member, toward);
    case 'unknown':
      // Callers let it go on only with nothing left.
      return nextAssignment({ ...member, memberEpoch: toward.targetEpoch }, toward);
  }
}

/** Until a member says what it has, it may have anything. */
function stillOwns(partitions: OwnedPartitions, owned: readonly TopicPartitions[] | null): boolean {
  return partitions.size > 0 && (owned === null || ownsAny(owned, partitions));
}

/** Topics that it left go from what it has, and nothing else changes. */
function withoutUnsubscribed(member: ConsumerMember, toward: Reconciliation): ConsumerMember {
  const { subscribedTopicIds } = toward;
  const assigned = new Map<string, ReadonlyMap<number, number>>();
  const pendingRevocation = new Map<string, ReadonlyMap<number, number>>(member.pendingRevocation);
  for (const [topicId, partitions] of member.assigned) {
    if (subscribedTopicIds.has(topicId)) assigned.set(topicId, partitions);
    else pendingRevocation.set(topicId, new Map([...(pendingRevocation.get(topicId) ?? []), ...partitions]));
  }
  if (assigned.size === member.assigned.size) return member;
  if (stillOwns(pendingRevocation, toward.owned)) {
    return moved(member, {
      memberEpoch: member.memberEpoch,
      state: 'unrevoked',
      assigned,
      pendingRevocation,
    });
  }
  // It has given them up already.
  return moved(member, { ...member, assigned });
}

function nextAssignment(member: ConsumerMember, toward: Reconciliation): ConsumerMember {
  const { targetEpoch } = toward;
  const { assigned, pendingAssignment, pendingRevocation, waits } = difference(member, toward);
  if (stillOwns(pendingRevocation, toward.owned)) {
    return moved(member, {
      memberEpoch: member.memberEpoch,
      state: 'unrevoked',
      assigned,
      pendingRevocation,
    });
  }
  for (const [topicId, partitions] of pendingAssignment) {
    const ofTopic = new Map(assigned.get(topicId));
    for (const partition of partitions) ofTopic.set(partition, targetEpoch);
    assigned.set(topicId, ofTopic);
  }
  return moved(member, {
    memberEpoch: targetEpoch,
    state: waits ? 'unreleased' : 'stable',
    assigned,
    pendingRevocation: NO_PARTITIONS,
  });
}

interface Difference {
  readonly assigned: Map<string, ReadonlyMap<number, number>>;
  readonly pendingRevocation: OwnedPartitions;
  readonly pendingAssignment: ReadonlyMap<string, readonly number[]>;
  /** For partitions that others still have. */
  readonly waits: boolean;
}

function difference(member: ConsumerMember, toward: Reconciliation): Difference {
  const { isOwned, subscribedTopicIds } = toward;
  const assigned = new Map<string, ReadonlyMap<number, number>>();
  const pendingRevocation = new Map<string, ReadonlyMap<number, number>>();
  const pendingAssignment = new Map<string, number[]>();
  let waits = false;
  for (const topicId of new Set([...toward.target.keys(), ...member.assigned.keys()])) {
    const target = subscribedTopicIds.has(topicId) ? toward.target.get(topicId) : undefined;
    const current = member.assigned.get(topicId);
    const kept = new Map<number, number>();
    const revoked = new Map<number, number>();
    for (const [partition, epoch] of current ?? [])
      (target?.has(partition) ? kept : revoked).set(partition, epoch);
    const added: number[] = [];
    for (const partition of target ?? []) {
      if (kept.has(partition)) continue;
      // What the member itself has just given up is free for it.
      if (isOwned(topicId, partition) && !member.pendingRevocation.get(topicId)?.has(partition)) waits = true;
      else added.push(partition);
    }
    if (kept.size > 0) assigned.set(topicId, kept);
    if (revoked.size > 0) pendingRevocation.set(topicId, revoked);
    if (added.length > 0) pendingAssignment.set(topicId, added);
  }
  return { assigned, pendingRevocation, pendingAssignment, waits };
}

function moved(
  member: ConsumerMember,
  to: Omit<CurrentAssignment, 'previousMemberEpoch' | 'state'> & { readonly state: MemberState },
): ConsumerMember {
  const { assigned, memberEpoch, pendingRevocation, state } = to;
  return {
    ...member,
    memberEpoch,
    previousMemberEpoch: member.memberEpoch,
    state,
    assigned,
    pendingRevocation,
  };
}
