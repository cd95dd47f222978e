import type { Encodable } from '../../protocol/message.ts';
import type { describeGroupsResponse } from '../../protocol/messages/describe-groups-response.ts';
import type { listGroupsResponse } from '../../protocol/messages/list-groups-response.ts';
import { type ClassicGroup, metadataFor } from './classic-group.ts';

export type DescribedGroup = NonNullable<Encodable<typeof describeGroupsResponse>['groups']>[number];
export type ListedGroup = NonNullable<Encodable<typeof listGroupsResponse>['groups']>[number];

/** DescribeGroups' view: what members asked for is shown once they agreed on a protocol. */
export function describeGroup(group: ClassicGroup): DescribedGroup {
  const stable = group.state === 'Stable';
  return {
    groupId: group.groupId,
    groupState: group.state,
    protocolType: group.protocolType ?? '',
    protocolData: stable ? (group.protocolName ?? '') : '',
    members: [...group.members.values()].map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      memberMetadata: stable ? metadataFor(member, group.protocolName) : new Uint8Array(0),
      memberAssignment: member.assignment,
    })),
  };
}

export function listGroup(group: ClassicGroup): ListedGroup {
  return {
    groupId: group.groupId,
    protocolType: group.protocolType ?? '',
    groupState: group.state,
    groupType: 'classic',
  };
}
