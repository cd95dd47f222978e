import { array, int16, int32, string } from '../fields.ts';
import { message } from '../message.ts';

export const createAclsResponse = message({
  name: 'CreateAclsResponse',
  type: 'response',
  apiKey: 30,
  validVersions: '1-3',
  flexibleVersions: '2+',
  fields: {
    throttleTimeMs: int32('0+'),
    results: array('0+', {
      errorCode: int16('0+'),
      errorMessage: string('0+', { nullable: '0+' }),
    }),
  },
});
