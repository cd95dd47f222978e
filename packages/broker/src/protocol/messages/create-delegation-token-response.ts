import { bytes, int16, int32, int64, string } from '../fields.ts';
import { message } from '../message.ts';

export const createDelegationTokenResponse = message({
  name: 'CreateDelegationTokenResponse',
  type: 'response',
  apiKey: 38,
  validVersions: '1-3',
  flexibleVersions: '2+',
  fields: {
    errorCode: int16('0+'),
    principalType: string('0+'),
    principalName: string('0+'),
    tokenRequesterPrincipalType: string('3+'),
    tokenRequesterPrincipalName: string('3+'),
    issueTimestampMs: int64('0+'),
    expiryTimestampMs: int64('0+'),
    maxTimestampMs: int64('0+'),
    tokenId: string('0+'),
    hmac: bytes('0+'),
    throttleTimeMs: int32('0+'),
  },
});
