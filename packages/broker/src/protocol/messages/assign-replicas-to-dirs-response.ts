import { array, int16, int32, uuid } from '../fields.ts';
import { message } from '../message.ts';

export const assignReplicasToDirsResponse = message({
  name: 'AssignReplicasToDirsResponse',
  type: 'response',
  apiKey: 73,
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
    directories: array('0+', {
      id: uuid('0+'),
      topics: array('0+', {
        topicId: uuid('0+'),
        partitions: array('0+', {
          partitionIndex: int32('0+'),
          errorCode: int16('0+'),
        }),
      }),
    }),
  },
});
