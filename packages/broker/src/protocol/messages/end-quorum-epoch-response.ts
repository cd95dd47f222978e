import { array, int16, int32, string, uint16 } from '../fields.ts';
import { message } from '../message.ts';

export const endQuorumEpochResponse = message({
  name: 'EndQuorumEpochResponse',
  type: 'response',
  apiKey: 54,
  validVersions: '0-1',
  flexibleVersions: '1+',
  fields: {
    errorCode: int16('0+'),
    topics: array('0+', {
      topicName: string('0+'),
      partitions: array('0+', {
        partitionIndex: int32('0+'),
        errorCode: int16('0+'),
        leaderId: int32('0+'),
        leaderEpoch: int32('0+'),
      }),
    }),
    nodeEndpoints: array(
      '1+',
      {
        nodeId: int32('1+'),
        host: string('1+'),
        port: uint16('1+'),
      },
      { tag: 0 },
    ),
  },
});
