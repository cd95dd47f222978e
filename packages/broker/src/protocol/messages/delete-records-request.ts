import { array, int32, int64, string } from '../fields.ts';
import { message } from '../message.ts';

export const deleteRecordsRequest = message({
  name: 'DeleteRecordsRequest',
  type: 'request',
  apiKey: 21,
  listeners: ['broker'],
  validVersions: '0-2',
  flexibleVersions: '2+',
  fields: {
    topics: array('0+', {
      name: string('0+'),
      partitions: array('0+', {
        partitionIndex: int32('0+'),
        offset: int64('0+'),
      }),
    }),
    timeoutMs: int32('0+'),
  },
});
