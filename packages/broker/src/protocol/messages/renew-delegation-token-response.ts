import { int16, int32, int64 } from '../fields.ts';
import { message } from '../message.ts';

export const renewDelegationTokenResponse = message({
  name: 'RenewDelegationTokenResponse',
  type: 'response',
  apiKey: 39,
  validVersions: '1-2',
  flexibleVersions: '2+',
  fields: {
    errorCode: int16('0+'),
    expiryTimestampMs: int64('0+'),
    throttleTimeMs: int32('0+'),
  },
});
