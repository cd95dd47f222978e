import { int16, int32, int64 } from '../fields.ts';
import { message } from '../message.ts';

export const brokerRegistrationResponse = message({
  name: 'BrokerRegistrationResponse',
  type: 'response',
  apiKey: 62,
  validVersions: '0-4',
  flexibleVersions: '0+',
  fields: {
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
    brokerEpoch: int64('0+', { default: -1 }),
  },
});
