import type { GroupMember, TopicPartitions } from '@odradek/contract';
import type { GroupDescription } from './group-description.ts';
import type { ResponseBody } from './kafka-requests.ts';

type ConsumerGroup = ResponseBody<'ConsumerGroupDescribe'>['groups'][number];
type ShareGroup = ResponseBody<'ShareGroupDescribe'>['groups'][number];
type StreamsGroup = ResponseBody<'StreamsGroupDescribe'>['groups'][number];

/** By the member types of ConsumerGroupDescribe: a consumer group may have members of the older protocol. */
const memberProtocols: readonly GroupMember['protocol'][] = ['classic', 'consumer'];

/** A group of KIP-848. */
export function consumerGroup(group: ConsumerGroup): GroupDescription {
  return {
    ...epochsOf(group),
    protocolType: 'consumer',
    assignor: group.assignorName === '' ? null : group.assignorName,
    members: group.members.map((member) => ({
      ...memberOf(member),
      instanceId: member.instanceId,
      protocol: memberProtocols[member.memberType] ?? null,
      subscribedTopics: [...member.subscribedTopicNames],
      subscribedRegex: member.subscribedTopicRegex === '' ? null : member.subscribedTopicRegex,
      assignment: assigned(member.assignment),
      targetAssignment: assigned(member.targetAssignment),
    })),
  };
}

/** A group of KIP-932: several members may have the same partition. */
export function shareGroup(group: ShareGroup): GroupDescription {
  return {
    ...epochsOf(group),
    protocolType: 'share',
    assignor: group.assignorName === '' ? null : group.assignorName,
    members: group.members.map((member) => ({
      ...memberOf(member),
      instanceId: null,
      protocol: null,
      subscribedTopics: [...member.subscribedTopicNames],
      subscribedRegex: null,
      assignment: assigned(member.assignment),
      targetAssignment: null,
    })),
  };
}

/** A group of KIP-1071: tasks are shown as the partitions of their source topics. */
export function streamsGroup(group: StreamsGroup): GroupDescription {
  const sources = new Map(
    group.topology?.subtopologies?.map(({ subtopologyId, sourceTopics, repartitionSourceTopics }) => [
      subtopologyId,
      [...sourceTopics, ...repartitionSourceTopics.map(({ name }) => name)],
    ]),
  );
  const tasks = ({ activeTasks }: StreamsGroup['members'][number]['assignment']): TopicPartitions =>
    activeTasks.flatMap(({ subtopologyId, partitions }) =>
      (sources.get(subtopologyId) ?? []).map((topic) => ({ topic, partitions: [...partitions] })),
    );
  return {
    ...epochsOf(group),
    protocolType: 'streams',
    assignor: null,
    members: group.members.map((member) => ({
      ...memberOf(member),
      instanceId: member.instanceId,
      protocol: member.isClassic ? 'classic' : null,
      subscribedTopics: null,
      subscribedRegex: null,
      assignment: tasks(member.assignment),
      targetAssignment: tasks(member.targetAssignment),
    })),
  };
}

function epochsOf({
  groupId,
  groupState,
  groupEpoch,
  assignmentEpoch,
}: Pick<ShareGroup, 'groupId' | 'groupState' | 'groupEpoch' | 'assignmentEpoch'>) {
  return { group: groupId, state: groupState, groupEpoch, assignmentEpoch };
}

function memberOf({
  memberId,
  clientId,
  clientHost,
  rackId,
  memberEpoch,
}: Pick<ShareGroup['members'][number], 'memberId' | 'clientId' | 'clientHost' | 'rackId' | 'memberEpoch'>) {
  return { memberId, clientId, host: clientHost, rack: rackId, memberEpoch };
}

function assigned({ topicPartitions }: ShareGroup['members'][number]['assignment']): TopicPartitions {
  return topicPartitions.map(({ topicName, partitions }) => ({
    topic: topicName,
    partitions: [...partitions],
  }));
}
