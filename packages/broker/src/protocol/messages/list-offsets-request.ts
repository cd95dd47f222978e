import { array, int8, int32, int64, string } from '../fields.ts';
import { message } from '../message.ts';

export const listOffsetsRequest = message({
  name: 'ListOffsetsRequest',
  type: 'request',
  apiKey: 2,
  listeners: ['broker'],
  validVersions: '0-11',
  flexibleVersions: '6+',
  fields: {
    replicaId: int32('0+'),
    isolationLevel: int8('2+'),
    topics: array('0+', {
      name: string('0+'),
      partitions: array('0+', {
        partitionIndex: int32('0+'),
        currentLeaderEpoch: int32('4+', { default: -1, ignorable: true }),
        timestamp: int64('0+', { saturates: true }),
        maxNumOffsets: int32('0', { default: 1, ignorable: true }),
      }),
    }),
    timeoutMs: int32('10+', { ignorable: true }),
  },
});
