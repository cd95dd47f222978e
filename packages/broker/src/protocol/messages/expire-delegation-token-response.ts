import { int16, int32, int64 } from '../fields.ts';
import { message } from '../message.ts';

export const expireDelegationTokenResponse = message({
  name: 'ExpireDelegationTokenResponse',
  type: 'response',
  apiKey: 40,
  validVersions: '1-2',
  flexibleVersions: '2+',
  fields: {
    errorCode: int16('0+'),
    expiryTimestampMs: int64('0+'),
    throttleTimeMs: int32('0+'),
  },
});
