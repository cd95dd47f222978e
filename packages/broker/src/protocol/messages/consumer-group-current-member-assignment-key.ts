import { string } from '../fields.ts';
import { message } from '../message.ts';

export const consumerGroupCurrentMemberAssignmentKey = message({
  name: 'ConsumerGroupCurrentMemberAssignmentKey',
  type: 'coordinator-key',
  apiKey: 8,
  validVersions: '0',
  flexibleVersions: 'none',
  fields: {
    groupId: string('0'),
    memberId: string('0'),
  },
});
