import { array, uuid } from '../fields.ts';
import { message } from '../message.ts';

export const shareGroupTargetAssignmentMemberValue = message({
  name: 'ShareGroupTargetAssignmentMemberValue',
  type: 'coordinator-value',
  apiKey: 13,
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    topicPartitions: array('0+', {
      topicId: uuid('0+'),
      partitions: array('0+', 'int32'),
    }),
  },
});
