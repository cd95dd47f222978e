import type { ConsumerMember } from './consumer-member.ts';
import { type ConsumerStep, note } from './consumer-step.ts';
import { topicsOf } from './subscriptions.ts';

/** How the group's members change in a decision: one is added or replaced, or some go. */
export interface MembersChange {
  readonly updated: ConsumerMember | null;
  readonly removedIds: ReadonlySet<string>;
}

/** The members as they will be when the decision is made. */
export function membersAfter({ group }: ConsumerStep, change: MembersChange): ConsumerMember[] {
  const { removedIds, updated } = change;
  const members: ConsumerMember[] = [];
  let placed = false;
  for (const member of group.members()) {
    if (removedIds.has(member.memberId)) continue;
    const isUpdated = member.memberId === updated?.memberId;
    placed ||= isUpdated;
    members.push(isUpdated ? updated : member);
  }
  if (updated !== null && !placed) members.push(updated);
  return members;
}

/** What the topics of these members look like in the newest metadata. */
export function metadataHashOf({ group, topics }: ConsumerStep, members: Iterable<ConsumerMember>): number {
  const names = new Set<string>();
  for (const member of members) {
    for (const topic of topicsOf(member, (regex) => group.regex(regex))) names.add(topic);
  }
  return topics.hashOf(names);
}

/** Begins the next epoch of the group and returns it. */
export function bumpEpoch(step: ConsumerStep, metadataHash: number, reason: string): number {
  const { group, records } = step;
  const epoch = group.epoch + 1;
  records.push({ kind: 'consumer-epoch', groupId: group.groupId, value: { epoch, metadataHash } });
  note(step, 'consumer group has a new epoch', { epoch, reason });
  return epoch;
}

/** A look at the metadata, which bumps the epoch when it must or when a topic has changed; returns the epoch. */
export function refreshEpoch(
  step: ConsumerStep,
  change: MembersChange,
  { mustBump, reason }: { mustBump: boolean; reason: string },
): number {
  const { group, records, topics } = step;
  if (!mustBump && group.hasSeen(topics)) return group.epoch;
  const hash = metadataHashOf(step, membersAfter(step, change));
  let epoch = group.epoch;
  if (mustBump) epoch = bumpEpoch(step, hash, reason);
  else if (hash !== group.metadataHash) epoch = bumpEpoch(step, hash, 'topics have changed');
  group.look(topics, epoch);
  if (group.hasPartitionsRecord) {
    records.push({ kind: 'consumer-partitions', groupId: group.groupId, value: null });
  }
  return epoch;
}
