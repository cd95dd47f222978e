import { array, int32, int64, string, uuid } from '../fields.ts';
import { message } from '../message.ts';

export const quorumStateData = message({
  name: 'QuorumStateData',
  type: 'data',
  validVersions: '0-1',
  flexibleVersions: '0+',
  fields: {
    clusterId: string('0'),
    leaderId: int32('0+', { default: -1 }),
    leaderEpoch: int32('0+', { default: -1 }),
    votedId: int32('0+', { default: -1 }),
    votedDirectoryId: uuid('1+'),
    appliedOffset: int64('0'),
    currentVoters: array(
      '0',
      {
        voterId: int32('0'),
      },
      { nullable: '0' },
    ),
  },
});
