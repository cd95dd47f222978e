import { int16, int32, string } from '../fields.ts';
import { message } from '../message.ts';

export const removeRaftVoterResponse = message({
  name: 'RemoveRaftVoterResponse',
  type: 'response',
  apiKey: 81,
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
    errorMessage: string('0+', { nullable: '0+', ignorable: true }),
  },
});
