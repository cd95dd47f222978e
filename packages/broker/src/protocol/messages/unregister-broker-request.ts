import { int32 } from '../fields.ts';
import { message } from '../message.ts';

export const unregisterBrokerRequest = message({
  name: 'UnregisterBrokerRequest',
  type: 'request',
  apiKey: 64,
  listeners: ['broker', 'controller'],
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    brokerId: int32('0+'),
  },
});
