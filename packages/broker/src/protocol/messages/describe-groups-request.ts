import { array, bool } from '../fields.ts';
import { message } from '../message.ts';

export const describeGroupsRequest = message({
  name: 'DescribeGroupsRequest',
  type: 'request',
  apiKey: 15,
  listeners: ['broker'],
  validVersions: '0-6',
  flexibleVersions: '5+',
  fields: {
    groups: array('0+', 'string'),
    includeAuthorizedOperations: bool('3+'),
  },
});
