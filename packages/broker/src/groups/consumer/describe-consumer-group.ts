import type { ListedGroup } from '../classic/describe-group.ts';
import type { ConsumerGroup } from './consumer-group.ts';

export function listConsumerGroup(group: ConsumerGroup): ListedGroup {
  return {
    groupId: group.groupId,
    protocolType: 'consumer',
    groupState: group.state('committed'),
    groupType: 'consumer',
  };
}
