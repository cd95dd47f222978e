import { string } from '../fields.ts';
import { message } from '../message.ts';

export const shareGroupTargetAssignmentMemberKey = message({
  name: 'ShareGroupTargetAssignmentMemberKey',
  type: 'coordinator-key',
  apiKey: 13,
  validVersions: '0',
  flexibleVersions: 'none',
  fields: {
    groupId: string('0'),
    memberId: string('0'),
  },
});
