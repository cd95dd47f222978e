import { array, int16, int32, string, uuid } from '../fields.ts';
import { message } from '../message.ts';

export const writeShareGroupStateResponse = message({
  name: 'WriteShareGroupStateResponse',
  type: 'response',
  apiKey: 85,
  validVersions: '0-1',
  flexibleVersions: '0+',
  fields: {
    results: array('0+', {
      topicId: uuid('0+'),
      partitions: array('0+', {
        partition: int32('0+'),
        errorCode: int16('0+'),
        errorMessage: string('0+', { nullable: '0+', default: null }),
      }),
    }),
  },
});
