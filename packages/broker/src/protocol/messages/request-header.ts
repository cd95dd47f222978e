import { int16, int32, string } from '../fields.ts';
import { message } from '../message.ts';

export const requestHeader = message({
  name: 'RequestHeader',
  type: 'header',
  validVersions: '1-2',
  flexibleVersions: '2+',
  fields: {
    requestApiKey: int16('0+'),
    requestApiVersion: int16('0+'),
    correlationId: int32('0+'),
    clientId: string('1+', { nullable: '1+', flexibleVersions: 'none' }),
  },
});
