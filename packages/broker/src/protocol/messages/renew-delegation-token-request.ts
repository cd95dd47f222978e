import { bytes, int64 } from '../fields.ts';
import { message } from '../message.ts';

export const renewDelegationTokenRequest = message({
  name: 'RenewDelegationTokenRequest',
  type: 'request',
  apiKey: 39,
  listeners: ['broker', 'controller'],
  validVersions: '1-2',
  flexibleVersions: '2+',
  fields: {
    hmac: bytes('0+'),
    renewPeriodMs: int64('0+'),
  },
});
