import { errorOf } from '@odradek/broker/protocol';
import type { GroupType } from '@odradek/contract';
import { classicAssignment, classicSubscription } from './classic-member.ts';
import type { BrokerNode, ClusterMetadata } from './cluster-metadata.ts';
import { consumerGroup, shareGroup, streamsGroup } from './epoch-groups.ts';
import { chunks, fanOut } from './fan-out.ts';
import type { GroupDescription, GroupDescriptions, ListedGroup } from './group-description.ts';
import { ApiNotSupported, type KafkaRequests, type ResponseBody } from './kafka-requests.ts';

const GROUPS_PER_REQUEST = 100;

type DescribedType = Exclude<GroupType, 'unknown'>;

interface Question {
  readonly coordinator: BrokerNode;
  readonly type: DescribedType;
  readonly groups: readonly string[];
}

/** What one API answers of one group: its description, or the error in its place. */
interface Answered {
  readonly group: string;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly described: () => GroupDescription;
}

const describers: Readonly<
  Record<
    DescribedType,
    (requests: KafkaRequests, coordinator: BrokerNode, groups: readonly string[]) => Promise<Answered[]>
  >
> = {
  classic: async (requests, coordinator, groups) => {
    const answer = await requests.send(coordinator, 'DescribeGroups', { groups });
    return answer.groups.map((group) => ({
      ...{ group: group.groupId, errorCode: group.errorCode, errorMessage: group.errorMessage },
      described: () => classicGroup(group),
    }));
  },
  consumer: async (requests, coordinator, groupIds) => {
    const answer = await requests.send(coordinator, 'ConsumerGroupDescribe', { groupIds });
    return answer.groups.map((group) => ({
      ...{ group: group.groupId, errorCode: group.errorCode, errorMessage: group.errorMessage },
      described: () => consumerGroup(group),
    }));
  },
  share: async (requests, coordinator, groupIds) => {
    const answer = await requests.send(coordinator, 'ShareGroupDescribe', { groupIds });
    return answer.groups.map((group) => ({
      ...{ group: group.groupId, errorCode: group.errorCode, errorMessage: group.errorMessage },
      described: () => shareGroup(group),
    }));
  },
  streams: async (requests, coordinator, groupIds) => {
    const answer = await requests.send(coordinator, 'StreamsGroupDescribe', { groupIds });
    return answer.groups.map((group) => ({
      ...{ group: group.groupId, errorCode: group.errorCode, errorMessage: group.errorMessage },
      described: () => streamsGroup(group),
    }));
  },
};

/**
 * Asks the coordinators for members and assignments. Groups whose coordinator does not answer are left out; those that
 * it refuses to describe are named with why. Never throws.
 */
export async function describeGroups(
  requests: KafkaRequests,
  metadata: ClusterMetadata,
  groups: readonly ListedGroup[],
): Promise<GroupDescriptions> {
  const described: GroupDescription[] = [];
  const refused = new Map<string, string>();
  await fanOut(
    questions(metadata, groups),
    async ({ coordinator, type, groups }) => {
      for (const answered of await describers[type](requests, coordinator, groups)) {
        const { group, errorCode, errorMessage } = answered;
        if (errorCode === 0) described.push(answered.described());
        else refused.set(group, refusal(errorCode, errorMessage));
      }
    },
    // The brokers that do not answer are known from listing the groups, a moment ago.
    ({ type, groups }, error) => {
      if (error instanceof ApiNotSupported) {
        for (const group of groups) refused.set(group, tooOld(type));
      }
    },
  );
  return { described, refused };
}

function questions(metadata: ClusterMetadata, groups: readonly ListedGroup[]): Question[] {
  const byCoordinator = Map.groupBy(groups, ({ coordinator }) => coordinator);
  return [...byCoordinator].flatMap(([id, coordinated]) => {
    const coordinator = metadata.brokers.get(id);
    return coordinator === undefined
      ? []
      : (['classic', 'consumer', 'share', 'streams'] as const).flatMap((type) => {
          const named = coordinated.filter((group) => group.type === type).map(({ group }) => group);
          return chunks(named, GROUPS_PER_REQUEST).map((groups) => ({ coordinator, type, groups }));
        });
  });
}

function refusal(errorCode: number, errorMessage: string | null): string {
  const { name, message } = errorOf(errorCode);
  return `The coordinator refused to describe it: ${name}, ${errorMessage ?? message}`;
}

function tooOld(type: DescribedType): string {
  return `Its coordinator has no API that this console knows to describe ${type} groups by: it is older, or newer, than that.`;
}

function classicGroup(group: ResponseBody<'DescribeGroups'>['groups'][number]): GroupDescription {
  const isConsumer = group.protocolType === 'consumer';
  return {
    group: group.groupId,
    state: group.groupState,
    protocolType: group.protocolType === '' ? null : group.protocolType,
    assignor: group.protocolData === '' ? null : group.protocolData,
    groupEpoch: null,
    assignmentEpoch: null,
    members: group.members.map(
      ({ memberId, groupInstanceId, clientId, clientHost, memberMetadata, memberAssignment }) => ({
        memberId,
        instanceId: groupInstanceId,
        clientId,
        host: clientHost,
        rack: null,
        memberEpoch: null,
        protocol: null,
        subscribedTopics: isConsumer ? classicSubscription(memberMetadata) : null,
        subscribedRegex: null,
        assignment: isConsumer ? classicAssignment(memberAssignment) : [],
        targetAssignment: null,
      }),
    ),
  };
}
