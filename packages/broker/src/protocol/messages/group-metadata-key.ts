import { string } from '../fields.ts';
import { message } from '../message.ts';

export const groupMetadataKey = message({
  name: 'GroupMetadataKey',
  type: 'coordinator-key',
  apiKey: 2,
  validVersions: '0',
  flexibleVersions: 'none',
  fields: {
    group: string('0'),
  },
});
