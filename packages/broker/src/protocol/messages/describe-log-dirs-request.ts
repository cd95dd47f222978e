import { array, string } from '../fields.ts';
import { message } from '../message.ts';

export const describeLogDirsRequest = message({
  name: 'DescribeLogDirsRequest',
  type: 'request',
  apiKey: 35,
  listeners: ['broker'],
  validVersions: '1-5',
  flexibleVersions: '2+',
  fields: {
    topics: array(
      '0+',
      {
        topic: string('0+'),
        partitions: array('0+', 'int32'),
      },
      { nullable: '0+' },
    ),
  },
});
