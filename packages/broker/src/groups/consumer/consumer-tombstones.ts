import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerRecord } from './consumer-records.ts';

/** What a member leaves behind in the log. */
export function memberTombstones(groupId: string, memberId: string): ConsumerRecord[] {
  return [
    { kind: 'consumer-current', groupId, memberId, value: null },
    { kind: 'consumer-target', groupId, memberId, value: null },
    { kind: 'consumer-member', groupId, memberId, value: null },
  ];
}

/**
 * Takes back all records of a group, in Kafka's order. `renamed` says by what other id a member is known in the
 * records that were written before these.
 */
export function consumerTombstones(
  group: ConsumerGroup,
  renamed: (memberId: string) => string = (memberId) => memberId,
): ConsumerRecord[] {
  const { groupId } = group;
  const memberIds = [...group.members()].map((member) => renamed(member.memberId));
  const ofMembers = (kind: 'consumer-current' | 'consumer-target' | 'consumer-member'): ConsumerRecord[] =>
    memberIds.map((memberId) => ({ kind, groupId, memberId, value: null }));
  return [
    ...ofMembers('consumer-current'),
    ...ofMembers('consumer-target'),
    { kind: 'consumer-target-epoch', groupId, value: null },
    ...ofMembers('consumer-member'),
    ...[...group.regexes()].map(
      ([regex]): ConsumerRecord => ({ kind: 'consumer-regex', groupId, regex, value: null }),
    ),
    { kind: 'consumer-partitions', groupId, value: null },
    { kind: 'consumer-epoch', groupId, value: null },
  ];
}
