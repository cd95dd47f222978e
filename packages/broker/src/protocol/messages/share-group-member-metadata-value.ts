import { array, string } from '../fields.ts';
import { message } from '../message.ts';

export const shareGroupMemberMetadataValue = message({
  name: 'ShareGroupMemberMetadataValue',
  type: 'coordinator-value',
  apiKey: 10,
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    rackId: string('0+', { nullable: '0+' }),
    clientId: string('0+'),
    clientHost: string('0+'),
    subscribedTopicNames: array('0+', 'string'),
  },
});
