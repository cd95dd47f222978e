import { array, int32, string, uuid } from '../fields.ts';
import { message } from '../message.ts';

export const readShareGroupStateRequest = message({
  name: 'ReadShareGroupStateRequest',
  type: 'request',
  apiKey: 84,
  listeners: ['broker'],
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    groupId: string('0+'),
    topics: array('0+', {
      topicId: uuid('0+'),
      partitions: array('0+', {
        partition: int32('0+'),
        leaderEpoch: int32('0+'),
      }),
    }),
  },
});
