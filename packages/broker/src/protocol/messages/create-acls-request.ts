import { array, int8, string } from '../fields.ts';
import { message } from '../message.ts';

export const createAclsRequest = message({
  name: 'CreateAclsRequest',
  type: 'request',
  apiKey: 30,
  listeners: ['broker', 'controller'],
  validVersions: '1-3',
  flexibleVersions: '2+',
  fields: {
    creations: array('0+', {
      resourceType: int8('0+'),
      resourceName: string('0+'),
      resourcePatternType: int8('1+', { default: 3 }),
      principal: string('0+'),
      host: string('0+'),
      operation: int8('0+'),
      permissionType: int8('0+'),
    }),
  },
});
