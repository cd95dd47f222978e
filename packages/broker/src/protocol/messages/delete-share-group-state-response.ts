import { array, int16, int32, string, uuid } from '../fields.ts';
import { message } from '../message.ts';

export const deleteShareGroupStateResponse = message({
  name: 'DeleteShareGroupStateResponse',
  type: 'response',
  apiKey: 86,
  validVersions: '0',
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
