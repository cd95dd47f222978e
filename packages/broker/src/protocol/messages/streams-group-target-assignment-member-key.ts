import { string } from '../fields.ts';
import { message } from '../message.ts';

export const streamsGroupTargetAssignmentMemberKey = message({
  name: 'StreamsGroupTargetAssignmentMemberKey',
  type: 'coordinator-key',
  apiKey: 21,
  validVersions: '0',
  flexibleVersions: 'none',
  fields: {
    groupId: string('0'),
    memberId: string('0'),
  },
});
