import { string } from '../fields.ts';
import { message } from '../message.ts';

export const shareGroupMetadataKey = message({
  name: 'ShareGroupMetadataKey',
  type: 'coordinator-key',
  apiKey: 11,
  validVersions: '0',
  flexibleVersions: 'none',
  fields: {
    groupId: string('0'),
  },
});
