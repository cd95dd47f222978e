import { int16, int32, int64 } from '../fields.ts';
import { message } from '../message.ts';

export const endTxnResponse = message({
  name: 'EndTxnResponse',
  type: 'response',
  apiKey: 26,
  validVersions: '0-5',
  flexibleVersions: '3+',
  fields: {
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
    producerId: int64('5+', { default: -1, ignorable: true }),
    producerEpoch: int16('5+', { default: -1, ignorable: true }),
  },
});
