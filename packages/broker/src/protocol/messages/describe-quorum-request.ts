import { array, int32, string } from '../fields.ts';
import { message } from '../message.ts';

export const describeQuorumRequest = message({
  name: 'DescribeQuorumRequest',
  type: 'request',
  apiKey: 55,
  listeners: ['broker', 'controller'],
  validVersions: '0-2',
  flexibleVersions: '0+',
  fields: {
    topics: array('0+', {
      topicName: string('0+'),
      partitions: array('0+', {
        partitionIndex: int32('0+'),
      }),
    }),
  },
});
