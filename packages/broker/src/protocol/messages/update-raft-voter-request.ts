import { array, int16, int32, string, struct, uint16, uuid } from '../fields.ts';
import { message } from '../message.ts';

export const updateRaftVoterRequest = message({
  name: 'UpdateRaftVoterRequest',
  type: 'request',
  apiKey: 82,
  listeners: ['controller'],
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    clusterId: string('0+', { nullable: '0+' }),
    currentLeaderEpoch: int32('0+'),
    voterId: int32('0+'),
    voterDirectoryId: uuid('0+'),
    listeners: array('0+', {
      name: string('0+'),
      host: string('0+'),
      port: uint16('0+'),
    }),
    kRaftVersionFeature: struct('0+', {
      minSupportedVersion: int16('0+'),
      maxSupportedVersion: int16('0+'),
    }),
  },
});
