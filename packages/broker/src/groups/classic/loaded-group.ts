import type { Decoded } from '../../protocol/message.ts';
import type { groupMetadataValue } from '../../protocol/messages/group-metadata-value.ts';
import {
  type ClassicGroup,
  type ClassicMember,
  currentSubscriptions,
  newClassicGroup,
} from './classic-group.ts';

type GroupMetadataValue = Decoded<typeof groupMetadataValue>;

/** The group as its record tells it: stable with the members and assignments stored, or empty. */
export function loadedGroup(groupId: string, value: GroupMetadataValue): ClassicGroup {
  const members = value.members.map((member): [string, ClassicMember] => [
    member.memberId,
    {
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      // Version 0 of the record knows only one timeout.
      rebalanceTimeoutMs: member.rebalanceTimeout < 0 ? member.sessionTimeout : member.rebalanceTimeout,
      sessionTimeoutMs: member.sessionTimeout,
      protocols: [{ name: value.protocol ?? '', metadata: member.subscription.slice() }],
      assignment: member.assignment.slice(),
      isNew: false,
      awaitingJoin: null,
      awaitingSync: null,
      session: { expiresAtMs: 0 },
    },
  ]);
  const group: ClassicGroup = {
    ...newClassicGroup(groupId, value.currentStateTimestamp < 0 ? null : value.currentStateTimestamp),
    state: members.length === 0 ? 'Empty' : 'Stable',
    generationId: value.generation,
    protocolType: value.protocolType === '' ? null : value.protocolType,
    protocolName: members.length === 0 ? value.protocol : (value.protocol ?? ''),
    leaderId: value.leader,
    members: new Map(members),
  };
  return { ...group, subscribedTopics: currentSubscriptions(group) };
}
