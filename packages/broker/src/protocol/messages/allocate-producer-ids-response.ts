import { int16, int32, int64 } from '../fields.ts';
import { message } from '../message.ts';

export const allocateProducerIdsResponse = message({
  name: 'AllocateProducerIdsResponse',
  type: 'response',
  apiKey: 67,
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
    producerIdStart: int64('0+'),
    producerIdLen: int32('0+'),
  },
});
