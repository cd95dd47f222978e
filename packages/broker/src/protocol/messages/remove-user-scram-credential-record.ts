import { int8, string } from '../fields.ts';
import { message } from '../message.ts';

export const removeUserScramCredentialRecord = message({
  name: 'RemoveUserScramCredentialRecord',
  type: 'metadata',
  apiKey: 22,
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    name: string('0+'),
    mechanism: int8('0+'),
  },
});
