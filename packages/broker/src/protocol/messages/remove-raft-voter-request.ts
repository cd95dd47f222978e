import { int32, string, uuid } from '../fields.ts';
import { message } from '../message.ts';

export const removeRaftVoterRequest = message({
  name: 'RemoveRaftVoterRequest',
  type: 'request',
  apiKey: 81,
  listeners: ['controller', 'broker'],
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    clusterId: string('0+', { nullable: '0+' }),
    voterId: int32('0+'),
    voterDirectoryId: uuid('0+'),
  },
});
