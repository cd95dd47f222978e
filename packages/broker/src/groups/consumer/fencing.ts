import type { ConsumerMember } from './consumer-member.ts';
import { type ConsumerStep, note } from './consumer-step.ts';
import { memberTombstones } from './consumer-tombstones.ts';
import { isDowngrade } from './downgrade.ts';
import { bumpEpoch, membersAfter, metadataHashOf } from './group-epoch.ts';

/**
 * Members go, whether they wanted to or not; who is left shares what they had as of the next target assignment. When only such of
 * the classic protocol are left, the group goes on as a classic one.
 */
export function removeMembers(step: ConsumerStep, members: readonly ConsumerMember[], reason: string): void {
  if (members.length === 0) return;
  const downgrade = { leavingIds: new Set(members.map(({ memberId }) => memberId)), joining: null };
  if (isDowngrade(step, downgrade)) {
    step.downgrade = { ...downgrade, rebalanceReason: `consumer group members are out: ${reason}` };
    return;
  }
  const { group, records } = step;
  const { groupId } = group;
  for (const { memberId } of members) {
    records.push(...memberTombstones(groupId, memberId));
    group.timers.cancel('join', memberId);
    group.timers.cancel('sync', memberId);
    note(step, 'consumer group member is out', { memberId, reason });
  }
  const left = membersAfter(step, {
    updated: null,
    removedIds: downgrade.leavingIds,
  });
  for (const regex of new Set(members.map(({ topicRegex }) => topicRegex))) {
    if (regex === '' || left.some(({ topicRegex }) => topicRegex === regex)) continue;
    records.push({ kind: 'consumer-regex', groupId, regex, value: null });
  }
  bumpEpoch(step, metadataHashOf(step, left), reason);
}
