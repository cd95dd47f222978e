import { bool, int16, int64, string } from '../fields.ts';
import { message } from '../message.ts';

export const endTxnRequest = message({
  name: 'EndTxnRequest',
  type: 'request',
  apiKey: 26,
  listeners: ['broker'],
  validVersions: '0-5',
  flexibleVersions: '3+',
  fields: {
    transactionalId: string('0+'),
    producerId: int64('0+'),
    producerEpoch: int16('0+'),
    committed: bool('0+'),
  },
});
