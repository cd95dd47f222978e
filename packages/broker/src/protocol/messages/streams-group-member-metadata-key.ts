import { string } from '../fields.ts';
import { message } from '../message.ts';

export const streamsGroupMemberMetadataKey = message({
  name: 'StreamsGroupMemberMetadataKey',
  type: 'coordinator-key',
  apiKey: 19,
  validVersions: '0',
  flexibleVersions: 'none',
  fields: {
    groupId: string('0'),
    memberId: string('0'),
  },
});
