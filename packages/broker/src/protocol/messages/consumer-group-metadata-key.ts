import { string } from '../fields.ts';
import { message } from '../message.ts';

export const consumerGroupMetadataKey = message({
  name: 'ConsumerGroupMetadataKey',
  type: 'coordinator-key',
  apiKey: 3,
  validVersions: '0',
  flexibleVersions: 'none',
  fields: {
    groupId: string('0'),
  },
});
