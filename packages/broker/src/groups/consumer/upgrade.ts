import type { Answer, CoordinatorRecord, Instant } from '../../coordination/coordinator-machine.ts';
import type { Timeline } from '../../coordination/timeline.ts';
import { ErrorCode } from '../../protocol/errors.ts';
import {
  type ClassicGroup,
  type ClassicMember,
  metadataFor,
  selectProtocol,
  usesConsumerProtocol,
} from '../classic/classic-group.ts';
import type { GroupConfig } from '../group-config.ts';
import { groupTombstone } from '../group-records.ts';
import { NO_PARTITIONS, ownedSince } from './assignment.ts';
import { assignmentByTopicId, classicAssignment, classicSubscription } from './classic-protocol.ts';
import { ConsumerGroup } from './consumer-group.ts';
import { type ConsumerMember, currentOf, subscriptionOf } from './consumer-member.ts';
import { type ConsumerRecord, consumerRecordBytes } from './consumer-records.ts';
import type { Refusal } from './consumer-step.ts';
import type { GroupTopics } from './group-topics.ts';

export interface Upgrade {
  readonly group: ConsumerGroup;
  /** That make the group anew in the log. */
  readonly records: readonly CoordinatorRecord[];
  /** For members that are held in the rebalance that ends with this. */
  readonly answers: readonly Answer[];
}

/**
 * A classic group becomes one of the consumer protocol because somebody joins by that (KIP-848): its members stay what
 * they are and have what they had, and are told to join again.
 */
export function upgraded(
  classic: ClassicGroup,
  {
    config,
    now,
    timeline,
    topics,
  }: { config: GroupConfig; now: Instant; timeline: Timeline; topics: GroupTopics },
): Upgrade | Refusal {
  const { groupId } = classic;
  const cannot = `Cannot upgrade classic group ${groupId} to consumer group because`;
  const { maxSize, migrationPolicy } = config.consumer;
  if (migrationPolicy !== 'upgrade' && migrationPolicy !== 'bidirectional') {
    return refusal(`${cannot} online upgrade is disabled.`);
  }
  if (!usesConsumerProtocol(classic)) {
    return refusal(`${cannot} the group does not use the consumer embedded protocol.`);
  }
  if (classic.members.size > maxSize) {
    return refusal(`${cannot} the group size exceeds the consumer group maximum size.`);
  }
  const protocolName = classic.protocolName ?? selectProtocol(classic);
  const members: ConsumerMember[] = [];
  for (const member of classic.members.values()) {
    const upgradedMember = memberOf(classic, member, { protocolName, topics });
    if (typeof upgradedMember === 'string') return refusal(`${cannot} ${upgradedMember}`);
    members.push(upgradedMember);
  }
  const group = new ConsumerGroup(groupId, timeline);
  const records = recordsOf(classic, members, topics);
  for (const record of records) group.apply(record);
  for (const { classic: protocol, memberEpoch: epoch, memberId } of members) {
    const atMs = now.monotonicMs + (protocol?.sessionTimeoutMs ?? 0);
    group.timers.set({ memberId, kind: 'session', atMs, epoch });
  }
  return {
    group,
    records: [groupTombstone(groupId), ...records.map(consumerRecordBytes)],
    answers: [...classic.members.values()].flatMap(rejoinAnswers),
  };
}

function memberOf(
  { generationId }: ClassicGroup,
  member: ClassicMember,
  { protocolName, topics }: { protocolName: string; topics: GroupTopics },
): ConsumerMember | string {
  const subscription = classicSubscription(metadataFor(member, protocolName));
  const assignment = classicAssignment(member.assignment);
  if (subscription === null || assignment === null) return 'the embedded consumer protocol is malformed.';
  if (assignment.hasUserData) {
    return (
      'an unsupported custom assignor is in use. Please refer to the documentation or switch to a default ' +
      'assignor before re-attempting the upgrade.'
    );
  }
  return {
    memberId: member.memberId,
    instanceId: member.groupInstanceId,
    rackId: subscription.rackId,
    clientId: member.clientId,
    clientHost: member.clientHost,
    rebalanceTimeoutMs: member.rebalanceTimeoutMs,
    topicNames: subscription.topicNames,
    topicRegex: '',
    serverAssignor: null,
    classic: { sessionTimeoutMs: member.sessionTimeoutMs, supportedProtocols: member.protocols },
    memberEpoch: generationId,
    previousMemberEpoch: generationId,
    state: 'stable',
    assigned: ownedSince(assignmentByTopicId(assignment.partitions, topics), generationId),
    pendingRevocation: NO_PARTITIONS,
  };
}

function recordsOf(
  { generationId, groupId }: ClassicGroup,
  members: readonly ConsumerMember[],
  topics: GroupTopics,
): ConsumerRecord[] {
  const names = new Set(members.flatMap(({ topicNames }) => topicNames));
  const target = (member: ConsumerMember) =>
    new Map([...member.assigned].map(([topicId, partitions]) => [topicId, new Set(partitions.keys())]));
  return [
    ...members.map(
      (member): ConsumerRecord => ({
        ...{ kind: 'consumer-member', groupId, memberId: member.memberId },
        value: subscriptionOf(member),
      }),
    ),
    {
      kind: 'consumer-epoch',
      groupId,
      value: { epoch: generationId, metadataHash: topics.hashOf(names) },
    },
    ...members.map(
      (member): ConsumerRecord => ({
        ...{ kind: 'consumer-target', groupId, memberId: member.memberId },
        value: target(member),
      }),
    ),
    { kind: 'consumer-target-epoch', groupId, value: { epoch: generationId, assignedAtMs: 0 } },
    ...members.map(
      (member): ConsumerRecord => ({
        ...{ kind: 'consumer-current', groupId, memberId: member.memberId },
        value: currentOf(member),
      }),
    ),
  ];
}

function rejoinAnswers({ awaitingJoin, awaitingSync, memberId }: ClassicMember): Answer[] {
  const errorCode = ErrorCode.REBALANCE_IN_PROGRESS;
  return [
    ...(awaitingJoin === null ? [] : [awaitingJoin.answer({ errorCode, memberId, protocolName: null })]),
    ...(awaitingSync === null ? [] : [awaitingSync.answer({ errorCode })]),
  ];
}

function refusal(message: string): Refusal {
  return { errorCode: ErrorCode.GROUP_ID_NOT_FOUND, message };
}
