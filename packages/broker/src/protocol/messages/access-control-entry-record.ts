import { int8, string, uuid } from '../fields.ts';
import { message } from '../message.ts';

export const accessControlEntryRecord = message({
  name: 'AccessControlEntryRecord',
  type: 'metadata',
  apiKey: 18,
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    id: uuid('0+'),
    resourceType: int8('0+'),
    resourceName: string('0+'),
    patternType: int8('0+'),
    principal: string('0+'),
    host: string('0+'),
    operation: int8('0+'),
    permissionType: int8('0+'),
  },
});
