import { bool, bytes, int8, int32, uuid } from '../fields.ts';
import { message } from '../message.ts';

export const pushTelemetryRequest = message({
  name: 'PushTelemetryRequest',
  type: 'request',
  apiKey: 72,
  listeners: ['broker'],
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    clientInstanceId: uuid('0+'),
    subscriptionId: int32('0+'),
    terminating: bool('0+'),
    compressionType: int8('0+'),
    metrics: bytes('0+'),
  },
});
