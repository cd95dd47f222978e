import { array, int8, int16, int32, int64, string, uuid } from '../fields.ts';
import { message } from '../message.ts';

export const readShareGroupStateResponse = message({
  name: 'ReadShareGroupStateResponse',
  type: 'response',
  apiKey: 84,
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    results: array('0+', {
      topicId: uuid('0+'),
      partitions: array('0+', {
        partition: int32('0+'),
        errorCode: int16('0+'),
        errorMessage: string('0+', { nullable: '0+', default: null }),
        stateEpoch: int32('0+'),
        startOffset: int64('0+'),
        stateBatches: array('0+', {
          firstOffset: int64('0+'),
          lastOffset: int64('0+'),
          deliveryState: int8('0+'),
          deliveryCount: int16('0+'),
        }),
      }),
    }),
  },
});
