import { string } from '../fields.ts';
import { message } from '../message.ts';

export const consumerGroupTargetAssignmentMetadataKey = message({
  name: 'ConsumerGroupTargetAssignmentMetadataKey',
  type: 'coordinator-key',
  apiKey: 6,
  validVersions: '0',
  flexibleVersions: 'none',
  fields: {
    groupId: string('0'),
  },
});
