import { uuid } from '../fields.ts';
import { message } from '../message.ts';

export const removeAccessControlEntryRecord = message({
  name: 'RemoveAccessControlEntryRecord',
  type: 'metadata',
  apiKey: 19,
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    id: uuid('0+'),
  },
});
