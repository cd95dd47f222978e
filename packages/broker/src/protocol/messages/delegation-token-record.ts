import { array, int64, string } from '../fields.ts';
import { message } from '../message.ts';

export const delegationTokenRecord = message({
  name: 'DelegationTokenRecord',
  type: 'metadata',
  apiKey: 10,
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    owner: string('0+'),
    requester: string('0+'),
    renewers: array('0+', 'string'),
    issueTimestamp: int64('0+'),
    maxTimestamp: int64('0+'),
    expirationTimestamp: int64('0+'),
    tokenId: string('0+'),
  },
});
