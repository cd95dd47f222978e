import { array, int64, string } from '../fields.ts';
import { message } from '../message.ts';

export const listTransactionsRequest = message({
  name: 'ListTransactionsRequest',
  type: 'request',
  apiKey: 66,
  listeners: ['broker'],
  validVersions: '0-2',
  flexibleVersions: '0+',
  fields: {
    stateFilters: array('0+', 'string'),
    producerIdFilters: array('0+', 'int64'),
    durationFilter: int64('1+', { default: -1 }),
    transactionalIdPattern: string('2+', { nullable: '2+', default: null }),
  },
});
