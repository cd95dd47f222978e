import { int32, int64 } from '../fields.ts';
import { message } from '../message.ts';

export const producerIdsRecord = message({
  name: 'ProducerIdsRecord',
  type: 'metadata',
  apiKey: 15,
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    brokerId: int32('0+'),
    brokerEpoch: int64('0+', { default: -1 }),
    nextProducerId: int64('0+'),
  },
});
