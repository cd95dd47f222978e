import { bytes } from '../fields.ts';
import { message } from '../message.ts';

export const envelopeRequest = message({
  name: 'EnvelopeRequest',
  type: 'request',
  apiKey: 58,
  listeners: ['controller'],
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    requestData: bytes('0+'),
    requestPrincipal: bytes('0+', { nullable: '0+' }),
    clientHostAddress: bytes('0+'),
  },
});
