import { array } from '../fields.ts';
import { message } from '../message.ts';

export const describeTransactionsRequest = message({
  name: 'DescribeTransactionsRequest',
  type: 'request',
  apiKey: 65,
  listeners: ['broker'],
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    transactionalIds: array('0+', 'string'),
  },
});
