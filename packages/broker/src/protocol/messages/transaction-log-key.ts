import { string } from '../fields.ts';
import { message } from '../message.ts';

export const transactionLogKey = message({
  name: 'TransactionLogKey',
  type: 'coordinator-key',
  apiKey: 0,
  validVersions: '0',
  flexibleVersions: 'none',
  fields: {
    transactionalId: string('0'),
  },
});
