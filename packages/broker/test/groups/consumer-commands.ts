import { assignmentOf } from '../../src/groups/consumer/assignment.ts';
import type { ConsumerGroupHeartbeatResponse } from '../../src/groups/consumer/heartbeat.ts';
import type { GroupCoordinator } from '../../src/groups/group-coordinator.ts';
import type { Command } from '../coordination/story-command.ts';
import { partitionsText } from './consumer-record-text.ts';
import { idOfTopic } from './topic-image.ts';

/**
 * `beat label member=m epoch=0 topics=a,b`: a heartbeat by the consumer protocol. One that joins says everything, as
 * clients do; `full=yes` has another do so too. `owned=a:0/1,b:2`, `owned=none`; a list of topics `none` is empty.
 */
export function sendHeartbeat(
  command: Command,
  coordinator: GroupCoordinator,
): Promise<ConsumerGroupHeartbeatResponse> {
  const memberEpoch = command.number('epoch', 0);
  const isFull = memberEpoch === 0 || command.text('full') === 'yes';
  const regex = command.optional('regex');
  const request = {
    groupId: command.text('group', 'g'),
    memberId: command.text('member', command.label),
    memberEpoch,
    instanceId: command.optional('instance'),
    rackId: null,
    rebalanceTimeoutMs: command.number('rebalance', isFull ? 60_000 : -1),
    subscribedTopicNames: listOf(command.optional('topics')) ?? (isFull && regex === null ? [] : null),
    subscribedTopicRegex: regex === 'none' ? '' : regex,
    serverAssignor: command.optional('assignor'),
    topicPartitions: ownedOf(command.optional('owned')) ?? (isFull ? [] : null),
  };
  const client = {
    clientId: command.text('client', 'c'),
    clientHost: '/127.0.0.1',
    apiVersion: command.number('version', 1),
  };
  const hidden = command.list('hidden');
  return coordinator.consumerGroupHeartbeat(request, client, (topic) => !hidden.includes(topic));
}

export function assignmentText({ assignment }: ConsumerGroupHeartbeatResponse): string | undefined {
  if (assignment === null || assignment === undefined) return undefined;
  const topics = (assignment.topicPartitions ?? []).map(({ partitions = [], topicId = '' }) => ({
    topicId,
    partitions,
  }));
  return partitionsText(assignmentOf(topics));
}

/** When the member is to come again, unless that is when it always does. */
export function soonText({ heartbeatIntervalMs = 0 }: ConsumerGroupHeartbeatResponse): string | undefined {
  return [0, 5000].includes(heartbeatIntervalMs) ? undefined : `${heartbeatIntervalMs}ms`;
}

/** What ConsumerGroupDescribe says of a group. */
export function describeConsumers(groupId: string, coordinator: GroupCoordinator): string {
  const result = coordinator.describeConsumerGroup(groupId);
  if (result.kind === 'refused') return `error ${result.errorCode}`;
  if (result.value === null) return 'none';
  const { assignmentEpoch, assignorName, groupEpoch, groupState, members = [] } = result.value;
  const told = members.map((member) => {
    const assigned = (member.assignment?.topicPartitions ?? []).map(
      ({ partitions = [], topicName }) => `${topicName}:${partitions.join('/')}`,
    );
    return `${member.memberId}@${member.memberEpoch}(${assigned.sort().join(',')})`;
  });
  return `${groupState} ${assignorName} epoch=${groupEpoch} target=${assignmentEpoch} ${told.join(' ')}`.trim();
}

function listOf(words: string | null): string[] | null {
  if (words === null) return null;
  return words === 'none' ? [] : words.split(',');
}

function ownedOf(words: string | null): { topicId: string; partitions: number[] }[] | null {
  return (
    listOf(words)?.map((word) => {
      const [name = '', partitions = ''] = word.split(':');
      return { topicId: idOfTopic(name), partitions: partitions.split('/').map(Number) };
    }) ?? null
  );
}
