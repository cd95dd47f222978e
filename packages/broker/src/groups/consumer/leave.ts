import { NO_PARTITIONS, ownedSince } from './assignment.ts';
import { type ConsumerMember, currentOf, LEAVING_FOR_NOW_EPOCH } from './consumer-member.ts';
import { type ConsumerStep, isRefusal, note, type Refusal } from './consumer-step.ts';
import type { ConsumerGroupHeartbeatRequest } from './heartbeat.ts';
import { ownMember, unknownInstance, unknownMember } from './member-access.ts';

/** The member that a heartbeat of epoch -1 or -2 takes out. */
export function leavingMember(
  { group }: ConsumerStep,
  { instanceId, memberId }: ConsumerGroupHeartbeatRequest,
): ConsumerMember | Refusal {
  if (instanceId === null) return group.member(memberId) ?? unknownMember(group, memberId);
  const owner = group.staticMember(instanceId);
  if (owner === undefined) return unknownInstance(instanceId);
  const found = ownMember(owner, memberId, instanceId);
  return isRefusal(found) ? found : found.member;
}

/** A static member that means to come back leaves its partitions as they are, to whoever comes under its instance id. */
export function leaveForNow(step: ConsumerStep, member: ConsumerMember): void {
  const { group, records } = step;
  const { memberId } = member;
  const keys = new Map(
    [...member.assigned].map(([topicId, partitions]) => [topicId, new Set(partitions.keys())]),
  );
  const left = {
    ...member,
    memberEpoch: LEAVING_FOR_NOW_EPOCH,
    assigned: ownedSince(keys, 0),
    pendingRevocation: NO_PARTITIONS,
  };
  records.push({ kind: 'consumer-current', groupId: group.groupId, memberId, value: currentOf(left) });
  note(step, 'static member left the consumer group for now', { memberId, instanceId: member.instanceId });
}
