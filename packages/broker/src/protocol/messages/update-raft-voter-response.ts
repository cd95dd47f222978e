import { int16, int32, string, struct } from '../fields.ts';
import { message } from '../message.ts';

export const updateRaftVoterResponse = message({
  name: 'UpdateRaftVoterResponse',
  type: 'response',
  apiKey: 82,
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
    currentLeader: struct(
      '0+',
      {
        leaderId: int32('0+', { default: -1 }),
        leaderEpoch: int32('0+', { default: -1 }),
        host: string('0+'),
        port: int32('0+'),
      },
      { tag: 0 },
    ),
  },
});
