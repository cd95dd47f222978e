import type { ConsumerMember } from './consumer-member.ts';
import type { ConsumerStep } from './consumer-step.ts';

/** Members of one group that are to come sooner are heard of at most 500 times a second. */
const PER_MEMBER_MS = 2;

/**
 * How long the member may be silent. It is to come sooner than others when it or others would wait for a whole interval
 * in vain: it waits for partitions that others have yet to give up, or it has partitions while the target assignment is
 * not that of the group's `epoch` yet, which may have it give some up. One that gives up comes by itself when it has;
 * one that has nothing is better told of the assignment after next, for what it gets of the next it may have to give back.
 */
export function heartbeatIntervalFor(
  { config, group, now }: ConsumerStep,
  member: ConsumerMember,
  { epoch, targetEpoch }: { epoch: number; targetEpoch: number },
): number {
  const { assignmentIntervalMs, heartbeatIntervalMs } = config.consumer.ofGroup(group.groupId);
  const isBehind = member.state === 'stable' && member.assigned.size > 0 && epoch > targetEpoch;
  if (member.state !== 'unreleased' && !isBehind) return heartbeatIntervalMs;
  const nextTargetMs = isBehind ? group.target.assignedAtMs + assignmentIntervalMs - now.wallMs : 0;
  const soonMs = Math.max(config.consumer.reconcilingHeartbeatIntervalMs, group.memberCount * PER_MEMBER_MS);
  return Math.min(heartbeatIntervalMs, Math.max(soonMs, nextTargetMs));
}
