import { array } from '../fields.ts';
import { message } from '../message.ts';

export const listConfigResourcesRequest = message({
  name: 'ListConfigResourcesRequest',
  type: 'request',
  apiKey: 74,
  listeners: ['broker'],
  validVersions: '0-1',
  flexibleVersions: '0+',
  fields: {
    resourceTypes: array('1+', 'int8'),
  },
});
