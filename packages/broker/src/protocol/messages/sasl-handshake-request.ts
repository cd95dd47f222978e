import { string } from '../fields.ts';
import { message } from '../message.ts';

export const saslHandshakeRequest = message({
  name: 'SaslHandshakeRequest',
  type: 'request',
  apiKey: 17,
  listeners: ['broker', 'controller'],
  validVersions: '0-1',
  flexibleVersions: 'none',
  fields: {
    mechanism: string('0+'),
  },
});
