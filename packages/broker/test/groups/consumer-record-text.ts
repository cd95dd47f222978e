import { topicPartitionsOf } from '../../src/groups/consumer/assignment.ts';
import type { ConsumerRecord } from '../../src/groups/consumer/consumer-records.ts';

/** What a record of a consumer group says, as stories tell it. */
export function consumerRecordText(record: ConsumerRecord): string {
  const whose = 'memberId' in record ? ` ${record.memberId}` : 'regex' in record ? ` ${record.regex}` : '';
  return `${record.kind} ${record.groupId}${whose}: ${valueText(record)}`;
}

function valueText(record: ConsumerRecord): string {
  if (record.value === null) return 'gone';
  switch (record.kind) {
    case 'consumer-epoch':
      return `${record.value.epoch}`;
    case 'consumer-target-epoch':
      return `${record.value.epoch}`;
    case 'consumer-partitions':
      return record.value;
    case 'consumer-member': {
      const { classic, instanceId, serverAssignor, topicNames, topicRegex } = record.value;
      const words = [
        topicNames.join(','),
        topicRegex === '' ? '' : `/${topicRegex}/`,
        instanceId === null ? '' : `instance=${instanceId}`,
        serverAssignor === null ? '' : `assignor=${serverAssignor}`,
        classic === null ? '' : `classic=${classic.supportedProtocols.map(({ name }) => name).join(',')}`,
      ];
      return words.filter(Boolean).join(' ') || 'nothing';
    }
    case 'consumer-target':
      return partitionsText(record.value);
    case 'consumer-regex':
      return record.value.topics.join(',') || 'nothing';
    case 'consumer-current': {
      const { assigned, memberEpoch, pendingRevocation, previousMemberEpoch, state } = record.value;
      const revoking = pendingRevocation.size === 0 ? '' : ` revoking ${partitionsText(pendingRevocation)}`;
      return `epoch ${memberEpoch} after ${previousMemberEpoch} ${state} ${partitionsText(assigned)}${revoking}`;
    }
  }
}

export function partitionsText(
  partitions: ReadonlyMap<string, ReadonlySet<number> | ReadonlyMap<number, number>>,
): string {
  const topics = topicPartitionsOf(partitions).map(
    (topic) => `${topic.topicId}:${topic.partitions.join('/')}`,
  );
  return topics.sort().join(',') || 'nothing';
}
