import { array } from '../fields.ts';
import { message } from '../message.ts';

export const deleteGroupsRequest = message({
  name: 'DeleteGroupsRequest',
  type: 'request',
  apiKey: 42,
  listeners: ['broker'],
  validVersions: '0-2',
  flexibleVersions: '2+',
  fields: {
    groupsNames: array('0+', 'string'),
  },
});
