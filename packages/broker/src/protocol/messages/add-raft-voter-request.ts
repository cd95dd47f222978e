import { array, bool, int32, string, uint16, uuid } from '../fields.ts';
import { message } from '../message.ts';

export const addRaftVoterRequest = message({
  name: 'AddRaftVoterRequest',
  type: 'request',
  apiKey: 80,
  listeners: ['controller', 'broker'],
  validVersions: '0-1',
  flexibleVersions: '0+',
  fields: {
    clusterId: string('0+', { nullable: '0+' }),
    timeoutMs: int32('0+'),
    voterId: int32('0+'),
    voterDirectoryId: uuid('0+'),
    listeners: array('0+', {
      name: string('0+'),
      host: string('0+'),
      port: uint16('0+'),
    }),
    ackWhenCommitted: bool('1+', { default: true }),
  },
});
