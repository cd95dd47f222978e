import type { CoordinatorRecord } from '../../coordination/coordinator-machine.ts';
import {
  type ClassicGroup,
  type ClassicMember,
  currentSubscriptions,
  metadataFor,
  newClassicGroup,
  selectProtocol,
} from '../classic/classic-group.ts';
import { classicGroupRecord } from '../group-records.ts';
import { type Assignment, allOwned, type OwnedPartitions } from './assignment.ts';
import { CONSUMER_PROTOCOL_TYPE, classicAssignmentBytes, classicSubscription } from './classic-protocol.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerMember } from './consumer-member.ts';
import { consumerRecordBytes } from './consumer-records.ts';
import { type ConsumerStep, note } from './consumer-step.ts';
import { consumerTombstones } from './consumer-tombstones.ts';

/** The last members that speak the consumer protocol go, or one of the classic protocol takes the place of the last. */
export interface Downgrade {
  readonly leavingIds: ReadonlySet<string>;
  /** Who comes, and whose place it takes. */
  readonly joining: { readonly member: ConsumerMember; readonly replaced: ConsumerMember } | null;
}

/** Whether the group may go on as a classic one after that. */
export function isDowngrade({ config, group }: ConsumerStep, { joining, leavingIds }: Downgrade): boolean {
  const { migrationPolicy } = config.consumer;
  if (migrationPolicy !== 'downgrade' && migrationPolicy !== 'bidirectional') return false;
  let left = joining === null ? 0 : 1;
  for (const member of group.members()) {
    if (leavingIds.has(member.memberId) || member.memberId === joining?.replaced.memberId) continue;
    if (member.classic === null) return false;
    left += 1;
  }
  return left > 0 && left <= config.maxSize && joining?.replaced.classic == null;
}

/** The classic group that comes in the place of the consumer group, and the records that put it there. */
export function downgraded(
  step: ConsumerStep,
  { joining, leavingIds }: Downgrade,
): { readonly group: ClassicGroup; readonly records: readonly CoordinatorRecord[] } {
  const { group, now } = step;
  const members: ConsumerMember[] = [];
  for (const member of group.members()) {
    if (leavingIds.has(member.memberId) || member.memberId === joining?.replaced.memberId) continue;
    members.push(member);
  }
  if (joining !== null) members.push(joining.member);
  const classicMembers = new Map(
    members.map((member): [string, ClassicMember] => [member.memberId, classicMember(step, member)]),
  );
  const unassigned: ClassicGroup = {
    ...newClassicGroup(group.groupId, now.wallMs),
    state: 'Stable',
    generationId: group.epoch,
    protocolType: CONSUMER_PROTOCOL_TYPE,
    leaderId: members[0]?.memberId ?? null,
    members: classicMembers,
  };
  const protocolName = selectProtocol(unassigned);
  for (const member of members) {
    const classic = classicMember(step, member);
    const assignment = classicAssignmentBytes(partitionsOf(group, member, joining), {
      topics: step.topics,
      version: classicSubscription(metadataFor(classic, protocolName))?.version ?? 0,
    });
    classicMembers.set(member.memberId, { ...classic, assignment });
  }
  const named = { ...unassigned, protocolName };
  const classic = { ...named, subscribedTopics: currentSubscriptions(named) };
  const renamed = (memberId: string): string =>
    joining !== null && memberId === joining.replaced.memberId ? joining.member.memberId : memberId;
  note(step, 'consumer group goes on as a classic group', { members: members.length });
  return {
    group: classic,
    records: [...consumerTombstones(group, renamed).map(consumerRecordBytes), classicGroupRecord(classic)],
  };
}

/**
 * What a member has in the classic group. Where one takes the place of another nobody is asked to join again, and each has
 * what is meant for it. Else all are asked, and until then each has what it has not given up: a group that changed its
 * protocol once more before that would give it away while it is somebody's, as Kafka does.
 */
function partitionsOf(
  group: ConsumerGroup,
  { assigned, memberId, pendingRevocation }: ConsumerMember,
  joining: Downgrade['joining'],
): Assignment | OwnedPartitions {
  if (joining === null) return allOwned(assigned, pendingRevocation);
  return group.targetOf(memberId === joining.member.memberId ? joining.replaced.memberId : memberId);
}

function classicMember({ now }: ConsumerStep, member: ConsumerMember): ClassicMember {
  const { clientHost, clientId, instanceId, memberId, rebalanceTimeoutMs } = member;
  const sessionTimeoutMs = member.classic?.sessionTimeoutMs ?? 0;
  return {
    ...{ memberId, groupInstanceId: instanceId, clientId, clientHost, rebalanceTimeoutMs, sessionTimeoutMs },
    protocols: member.classic?.supportedProtocols ?? [],
    assignment: new Uint8Array(0),
    isNew: false,
    awaitingJoin: null,
    awaitingSync: null,
    session: { expiresAtMs: now.monotonicMs + sessionTimeoutMs },
  };
}
