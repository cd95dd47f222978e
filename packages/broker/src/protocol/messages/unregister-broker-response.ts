import { int16, int32, string } from '../fields.ts';
import { message } from '../message.ts';

export const unregisterBrokerResponse = message({
  name: 'UnregisterBrokerResponse',
  type: 'response',
  apiKey: 64,
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
    errorMessage: string('0+', { nullable: '0+' }),
  },
});
