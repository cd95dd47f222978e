import { int32 } from '../fields.ts';
import { message } from '../message.ts';

export const responseHeader = message({
  name: 'ResponseHeader',
  type: 'header',
  validVersions: '0-1',
  flexibleVersions: '1+',
  fields: {
    correlationId: int32('0+'),
  },
});
