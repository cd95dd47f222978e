import { int8, string } from '../fields.ts';
import { message } from '../message.ts';

export const configRecord = message({
  name: 'ConfigRecord',
  type: 'metadata',
  apiKey: 4,
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    resourceType: int8('0+'),
    resourceName: string('0+'),
    name: string('0+'),
    value: string('0+', { nullable: '0+' }),
  },
});
