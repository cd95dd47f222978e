import { array, int16, int32, int64, string } from '../fields.ts';
import { message } from '../message.ts';

export const listTransactionsResponse = message({
  name: 'ListTransactionsResponse',
  type: 'response',
  apiKey: 66,
  validVersions: '0-2',
  flexibleVersions: '0+',
  fields: {
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
    unknownStateFilters: array('0+', 'string'),
    transactionStates: array('0+', {
      transactionalId: string('0+'),
      producerId: int64('0+'),
      transactionState: string('0+'),
    }),
  },
});
