import { string } from '../fields.ts';
import { message } from '../message.ts';

export const consumerGroupTargetAssignmentMemberKey = message({
  name: 'ConsumerGroupTargetAssignmentMemberKey',
  type: 'coordinator-key',
  apiKey: 7,
  validVersions: '0',
  flexibleVersions: 'none',
  fields: {
    groupId: string('0'),
    memberId: string('0'),
  },
});
