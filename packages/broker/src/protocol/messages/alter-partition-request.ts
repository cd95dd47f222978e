import { array, int8, int32, int64, uuid } from '../fields.ts';
import { message } from '../message.ts';

export const alterPartitionRequest = message({
  name: 'AlterPartitionRequest',
  type: 'request',
  apiKey: 56,
  listeners: ['controller'],
  validVersions: '2-3',
  flexibleVersions: '0+',
  fields: {
    brokerId: int32('0+'),
    brokerEpoch: int64('0+', { default: -1 }),
    topics: array('0+', {
      topicId: uuid('2+', { ignorable: true }),
      partitions: array('0+', {
        partitionIndex: int32('0+'),
        leaderEpoch: int32('0+'),
        newIsr: array('0-2', 'int32'),
        newIsrWithEpochs: array('3+', {
          brokerId: int32('3+'),
          brokerEpoch: int64('3+', { default: -1 }),
        }),
        leaderRecoveryState: int8('1+'),
        partitionEpoch: int32('0+'),
      }),
    }),
  },
});
