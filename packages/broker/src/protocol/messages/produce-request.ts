import { array, int16, int32, records, string, uuid } from '../fields.ts';
import { message } from '../message.ts';

export const produceRequest = message({
  name: 'ProduceRequest',
  type: 'request',
  apiKey: 0,
  listeners: ['broker'],
  validVersions: '3-13',
  flexibleVersions: '9+',
  fields: {
    transactionalId: string('3+', { nullable: '3+', default: null }),
    acks: int16('0+'),
    timeoutMs: int32('0+'),
    topicData: array('0+', {
      name: string('0-12', { ignorable: true }),
      topicId: uuid('13+', { ignorable: true }),
      partitionData: array('0+', {
        index: int32('0+'),
        records: records('0+', { nullable: '0+' }),
      }),
    }),
  },
});
