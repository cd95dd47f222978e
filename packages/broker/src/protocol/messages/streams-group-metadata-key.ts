import { string } from '../fields.ts';
import { message } from '../message.ts';

export const streamsGroupMetadataKey = message({
  name: 'StreamsGroupMetadataKey',
  type: 'coordinator-key',
  apiKey: 17,
  validVersions: '0',
  flexibleVersions: 'none',
  fields: {
    groupId: string('0'),
  },
});
