import { uuid } from '../fields.ts';
import { message } from '../message.ts';

export const getTelemetrySubscriptionsRequest = message({
  name: 'GetTelemetrySubscriptionsRequest',
  type: 'request',
  apiKey: 71,
  listeners: ['broker'],
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    clientInstanceId: uuid('0+'),
  },
});
