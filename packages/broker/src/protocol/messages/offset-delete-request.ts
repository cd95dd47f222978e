import { array, int32, string } from '../fields.ts';
import { message } from '../message.ts';

export const offsetDeleteRequest = message({
  name: 'OffsetDeleteRequest',
  type: 'request',
  apiKey: 47,
  listeners: ['broker'],
  validVersions: '0',
  flexibleVersions: 'none',
  fields: {
    groupId: string('0+'),
    topics: array('0+', {
      name: string('0+'),
      partitions: array('0+', {
        partitionIndex: int32('0+'),
      }),
    }),
  },
});
