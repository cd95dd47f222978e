import { array, int16, int32, string } from '../fields.ts';
import { message } from '../message.ts';

export const alterReplicaLogDirsResponse = message({
  name: 'AlterReplicaLogDirsResponse',
  type: 'response',
  apiKey: 34,
  validVersions: '1-2',
  flexibleVersions: '2+',
  fields: {
    throttleTimeMs: int32('0+'),
    results: array('0+', {
      topicName: string('0+'),
      partitions: array('0+', {
        partitionIndex: int32('0+'),
        errorCode: int16('0+'),
      }),
    }),
  },
});
