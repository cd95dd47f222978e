import { array, uuid } from '../fields.ts';
import { message } from '../message.ts';

export const consumerGroupTargetAssignmentMemberValue = message({
  name: 'ConsumerGroupTargetAssignmentMemberValue',
  type: 'coordinator-value',
  apiKey: 7,
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    topicPartitions: array('0+', {
      topicId: uuid('0+'),
      partitions: array('0+', 'int32'),
    }),
  },
});
