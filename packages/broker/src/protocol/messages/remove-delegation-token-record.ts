import { string } from '../fields.ts';
import { message } from '../message.ts';

export const removeDelegationTokenRecord = message({
  name: 'RemoveDelegationTokenRecord',
  type: 'metadata',
  apiKey: 26,
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    tokenId: string('0+'),
  },
});
