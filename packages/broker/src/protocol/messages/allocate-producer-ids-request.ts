import { int32, int64 } from '../fields.ts';
import { message } from '../message.ts';

export const allocateProducerIdsRequest = message({
  name: 'AllocateProducerIdsRequest',
  type: 'request',
  apiKey: 67,
  listeners: ['controller'],
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    brokerId: int32('0+'),
    brokerEpoch: int64('0+', { default: -1 }),
  },
});
