import { array, int8, int16, int32, uuid } from '../fields.ts';
import { message } from '../message.ts';

export const alterPartitionResponse = message({
  name: 'AlterPartitionResponse',
  type: 'response',
  apiKey: 56,
  validVersions: '2-3',
  flexibleVersions: '0+',
  fields: {
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
    topics: array('0+', {
      topicId: uuid('2+', { ignorable: true }),
      partitions: array('0+', {
        partitionIndex: int32('0+'),
        errorCode: int16('0+'),
        leaderId: int32('0+'),
        leaderEpoch: int32('0+'),
        isr: array('0+', 'int32'),
        leaderRecoveryState: int8('1+', { ignorable: true }),
        partitionEpoch: int32('0+'),
      }),
    }),
  },
});
