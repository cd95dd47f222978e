import { codec, ProtocolError } from '@odradek/broker/protocol';
import type { GroupMember } from '@odradek/contract';
import type { BrokerNode, ClusterMetadata } from './cluster-metadata.ts';
import { chunks, fanOut } from './fan-out.ts';
import type { GroupDescription, ListedGroup } from './group-description.ts';
import type { KafkaRequests, ResponseBody } from './kafka-requests.ts';

const GROUPS_PER_REQUEST = 100;

interface Question {
  readonly coordinator: BrokerNode;
  readonly type: 'classic' | 'consumer';
  readonly groups: readonly string[];
}

/**
 * Asks the coordinators for members and assignments of classic and consumer (KIP-848) groups; other types are left
 * out, and so are groups whose coordinator does not answer or is not permitted to. Never throws.
 */
export async function describeGroups(
  requests: KafkaRequests,
  metadata: ClusterMetadata,
  groups: readonly ListedGroup[],
): Promise<GroupDescription[]> {
  const descriptions: GroupDescription[] = [];
  await fanOut(
    questions(metadata, groups),
    async ({ coordinator, type, groups }) => {
      if (type === 'classic') {
        const answer = await requests.send(coordinator, 'DescribeGroups', { groups });
        descriptions.push(...answer.groups.filter(({ errorCode }) => errorCode === 0).map(classicGroup));
      } else {
        const answer = await requests.send(coordinator, 'ConsumerGroupDescribe', { groupIds: groups });
        descriptions.push(...answer.groups.filter(({ errorCode }) => errorCode === 0).map(consumerGroup));
      }
    },
    // The brokers that do not answer are known from listing the groups, a moment ago.
    () => {},
  );
  return descriptions;
}

function questions(metadata: ClusterMetadata, groups: readonly ListedGroup[]): Question[] {
  return [...metadata.brokers.values()].flatMap((coordinator) =>
    (['classic', 'consumer'] as const).flatMap((type) => {
      const named = groups.filter((group) => group.coordinator === coordinator.id && group.type === type);
      return chunks(
        named.map(({ group }) => group),
        GROUPS_PER_REQUEST,
      ).map((groups) => ({ coordinator, type, groups }));
    }),
  );
}

function classicGroup(group: ResponseBody<'DescribeGroups'>['groups'][number]): GroupDescription {
  const isConsumer = group.protocolType === 'consumer';
  return {
    group: group.groupId,
    state: group.groupState,
    protocolType: group.protocolType === '' ? null : group.protocolType,
    assignor: group.protocolData === '' ? null : group.protocolData,
    members: group.members.map(({ memberId, groupInstanceId, clientId, clientHost, memberAssignment }) => ({
      memberId,
      instanceId: groupInstanceId,
      clientId,
      host: clientHost,
      assignment: isConsumer ? classicAssignment(memberAssignment) : [],
    })),
  };
}

/** The bytes are the client's own: what cannot be decoded is shown as no assignment. */
function classicAssignment(bytes: Uint8Array): GroupMember['assignment'] {
  if (bytes.length < 2) {
    return [];
  }
  const { validVersions, decode } = codec('ConsumerProtocolAssignment');
  const version = new DataView(bytes.buffer, bytes.byteOffset).getInt16(0);
  try {
    const { assignedPartitions } = decode(bytes.subarray(2), Math.min(version, validVersions.max));
    return assignedPartitions.map(({ topic, partitions }) => ({ topic, partitions: [...partitions] }));
  } catch (error) {
    if (error instanceof ProtocolError) {
      return [];
    }
    throw error;
  }
}

function consumerGroup(group: ResponseBody<'ConsumerGroupDescribe'>['groups'][number]): GroupDescription {
  return {
    group: group.groupId,
    state: group.groupState,
    protocolType: 'consumer',
    assignor: group.assignorName === '' ? null : group.assignorName,
    members: group.members.map(({ memberId, instanceId, clientId, clientHost, assignment }) => ({
      memberId,
      instanceId,
      clientId,
      host: clientHost,
      assignment: assignment.topicPartitions.map(({ topicName, partitions }) => ({
        topic: topicName,
        partitions: [...partitions],
      })),
    })),
  };
}
