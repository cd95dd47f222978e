import { string } from '../fields.ts';
import { message } from '../message.ts';

export const streamsGroupCurrentMemberAssignmentKey = message({
  name: 'StreamsGroupCurrentMemberAssignmentKey',
  type: 'coordinator-key',
  apiKey: 22,
  validVersions: '0',
  flexibleVersions: 'none',
  fields: {
    groupId: string('0'),
    memberId: string('0'),
  },
});
