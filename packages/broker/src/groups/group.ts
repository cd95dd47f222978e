import type { CoordinatorRecord } from '../coordination/coordinator-machine.ts';
import {
  type ClassicGroup,
  isSubscribedTo as isClassicSubscribedTo,
  usesConsumerProtocol,
} from './classic/classic-group.ts';
import type { ConsumerGroup } from './consumer/consumer-group.ts';
import { consumerRecordBytes } from './consumer/consumer-records.ts';
import { consumerTombstones } from './consumer/consumer-tombstones.ts';
import { subscribedTopics } from './consumer/subscriptions.ts';
import { groupTombstone } from './group-records.ts';

/** A group of either protocol. */
export type Group = ClassicGroup | ConsumerGroup;

/** Nobody is in it. */
export function isEmpty(group: Group): boolean {
  return group.type === 'classic' ? group.state === 'Empty' : group.memberCount === 0;
}

/** By the words of ListGroups. */
export function committedState(group: Group): string {
  return group.type === 'classic' ? group.state : group.state('committed');
}

/** Somebody has been told a member id and has yet to use it. */
export function awaitsMembers(group: Group): boolean {
  return group.type === 'classic' && group.pendingMembers.size > 0;
}

/** Whether the group is one of consumers, whose subscriptions can be known. */
export function isOfConsumers(group: Group): boolean {
  return group.type === 'consumer' || usesConsumerProtocol(group);
}

/** Whether offsets of a topic are in use; unknown subscriptions of consumers count as using everything. */
export function subscriptionOf(group: Group): (topic: string) => boolean {
  if (group.type === 'classic') return (topic) => isClassicSubscribedTo(group, topic);
  const topics = subscribedTopics(group);
  return (topic) => topics.has(topic);
}

/** What takes the group back from the log. */
export function groupTombstones(group: Group): CoordinatorRecord[] {
  if (group.type === 'classic') return [groupTombstone(group.groupId)];
  return consumerTombstones(group).map(consumerRecordBytes);
}
