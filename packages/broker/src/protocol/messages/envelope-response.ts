import { bytes, int16 } from '../fields.ts';
import { message } from '../message.ts';

export const envelopeResponse = message({
  name: 'EnvelopeResponse',
  type: 'response',
  apiKey: 58,
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    responseData: bytes('0+', { nullable: '0+', default: null }),
    errorCode: int16('0+'),
  },
});
