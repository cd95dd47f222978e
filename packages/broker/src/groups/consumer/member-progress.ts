import type { Assignment, TopicPartitions } from './assignment.ts';
import {
  type ConsumerMember,
  currentOf,
  isReconciled,
  sameCurrent,
  subscriptionOf,
} from './consumer-member.ts';
import type { ConsumerStep } from './consumer-step.ts';
import { memberTombstones } from './consumer-tombstones.ts';
import { reconcile } from './reconciliation.ts';
import { topicsOf } from './subscriptions.ts';

export interface Progress {
  readonly epoch: number;
  readonly target: Assignment;
  readonly hasSubscriptionChanged: boolean;
  readonly owned: readonly TopicPartitions[] | null;
}

/** Takes the member its next step towards its target, and gives it time to give up what it must. */
export function reconcileMember(
  step: ConsumerStep,
  member: ConsumerMember,
  { epoch, hasSubscriptionChanged, owned, target }: Progress,
): ConsumerMember {
  if (!hasSubscriptionChanged && isReconciled(member, epoch)) return member;
  const { group, now, records, topics } = step;
  const { memberId } = member;
  const reconciled = reconcile(member, {
    targetEpoch: epoch,
    target,
    subscribedTopicIds: topics.idsOf(topicsOf(member, (regex) => group.regex(regex))),
    hasSubscriptionChanged,
    owned,
    isOwned: (topicId, partition) => group.isOwned(topicId, partition),
  });
  if (sameCurrent(member, reconciled)) return member;
  records.push({ kind: 'consumer-current', groupId: group.groupId, memberId, value: currentOf(reconciled) });
  if (reconciled.classic !== null) return reconciled;
  if (reconciled.state === 'unrevoked') {
    const atMs = now.monotonicMs + reconciled.rebalanceTimeoutMs;
    group.timers.set({ memberId, kind: 'rebalance', atMs, epoch: reconciled.memberEpoch });
  } else group.timers.cancel('rebalance', memberId);
  return reconciled;
}

/** A static member came back under another id: it has what its former self had. */
export function replaceMember(step: ConsumerStep, former: ConsumerMember, member: ConsumerMember): void {
  const { group, records } = step;
  const { groupId } = group;
  const { memberId } = member;
  records.push(
    ...memberTombstones(groupId, former.memberId),
    { kind: 'consumer-member', groupId, memberId, value: subscriptionOf(member) },
    { kind: 'consumer-target', groupId, memberId, value: group.targetOf(former.memberId) },
    { kind: 'consumer-current', groupId, memberId, value: currentOf(member) },
  );
}
