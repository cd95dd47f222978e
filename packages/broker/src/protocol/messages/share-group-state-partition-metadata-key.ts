import { string } from '../fields.ts';
import { message } from '../message.ts';

export const shareGroupStatePartitionMetadataKey = message({
  name: 'ShareGroupStatePartitionMetadataKey',
  type: 'coordinator-key',
  apiKey: 15,
  validVersions: '0',
  flexibleVersions: 'none',
  fields: {
    groupId: string('0'),
  },
});
