import { bytes } from '../fields.ts';
import { message } from '../message.ts';

export const saslAuthenticateRequest = message({
  name: 'SaslAuthenticateRequest',
  type: 'request',
  apiKey: 36,
  listeners: ['broker', 'controller'],
  validVersions: '0-2',
  flexibleVersions: '2+',
  fields: {
    authBytes: bytes('0+'),
  },
});
