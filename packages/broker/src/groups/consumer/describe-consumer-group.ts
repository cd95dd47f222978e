import type { Encodable } from '../../protocol/message.ts';
import type { consumerGroupDescribeResponse } from '../../protocol/messages/consumer-group-describe-response.ts';
import type { ListedGroup } from '../classic/describe-group.ts';
import type { GroupConfig } from '../group-config.ts';
import { topicPartitionsOf } from './assignment.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerMember } from './consumer-member.ts';
import type { GroupTopics } from './group-topics.ts';
import { preferredAssignor } from './target-assignment.ts';

export type DescribedConsumerGroup = NonNullable<
  Encodable<typeof consumerGroupDescribeResponse>['groups']
>[number];
type DescribedMember = NonNullable<DescribedConsumerGroup['members']>[number];
type DescribedAssignment = NonNullable<DescribedMember['assignment']>;

const CLASSIC_MEMBER = 0;
const CONSUMER_MEMBER = 1;

/** ConsumerGroupDescribe's view of the committed state. Topics that are gone are left out. */
export function describeConsumerGroup(
  group: ConsumerGroup,
  { config, topics }: { config: GroupConfig; topics: GroupTopics },
): DescribedConsumerGroup {
  const { epoch, target } = group.epochs('committed');
  const members = [...group.members('committed')];
  return {
    groupId: group.groupId,
    groupState: group.state('committed'),
    groupEpoch: epoch,
    assignmentEpoch: target.epoch,
    assignorName: preferredAssignor(members, config.consumer.assignors[0] ?? ''),
    members: members.map((member) => describeMember(group, member, topics)),
  };
}

/** What a member has yet to give up is still its own. */
function describeMember(group: ConsumerGroup, member: ConsumerMember, topics: GroupTopics): DescribedMember {
  const owned = new Map<string, ReadonlyMap<number, number>>(member.assigned);
  for (const [topicId, partitions] of member.pendingRevocation) {
    owned.set(topicId, new Map([...(owned.get(topicId) ?? []), ...partitions]));
  }
  return {
    memberId: member.memberId,
    instanceId: member.instanceId,
    rackId: member.rackId,
    memberEpoch: member.memberEpoch,
    clientId: member.clientId,
    clientHost: member.clientHost,
    subscribedTopicNames: member.topicNames,
    subscribedTopicRegex: member.topicRegex,
    assignment: described(owned, topics),
    targetAssignment: described(group.targetOf(member.memberId, 'committed'), topics),
    memberType: member.classic === null ? CONSUMER_MEMBER : CLASSIC_MEMBER,
  };
}

function described(
  partitions: ReadonlyMap<string, ReadonlySet<number> | ReadonlyMap<number, number>>,
  topics: GroupTopics,
): DescribedAssignment {
  return {
    topicPartitions: topicPartitionsOf(partitions).flatMap((topic) => {
      const topicName = topics.nameOf(topic.topicId);
      return topicName === undefined ? [] : [{ ...topic, topicName }];
    }),
  };
}

export function listConsumerGroup(group: ConsumerGroup): ListedGroup {
  return {
    groupId: group.groupId,
    protocolType: 'consumer',
    groupState: group.state('committed'),
    groupType: 'consumer',
  };
}
