import { int32, int64 } from '../fields.ts';
import { message } from '../message.ts';

export const unregisterBrokerRecord = message({
  name: 'UnregisterBrokerRecord',
  type: 'metadata',
  apiKey: 1,
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    brokerId: int32('0+'),
    brokerEpoch: int64('0+'),
  },
});
