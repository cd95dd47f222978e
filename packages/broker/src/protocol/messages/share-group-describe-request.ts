import { array, bool } from '../fields.ts';
import { message } from '../message.ts';

export const shareGroupDescribeRequest = message({
  name: 'ShareGroupDescribeRequest',
  type: 'request',
  apiKey: 77,
  listeners: ['broker'],
  validVersions: '1',
  flexibleVersions: '0+',
  fields: {
    groupIds: array('0+', 'string'),
    includeAuthorizedOperations: bool('0+'),
  },
});
