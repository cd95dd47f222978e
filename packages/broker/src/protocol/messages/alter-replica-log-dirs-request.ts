import { array, string } from '../fields.ts';
import { message } from '../message.ts';

export const alterReplicaLogDirsRequest = message({
  name: 'AlterReplicaLogDirsRequest',
  type: 'request',
  apiKey: 34,
  listeners: ['broker'],
  validVersions: '1-2',
  flexibleVersions: '2+',
  fields: {
    dirs: array('0+', {
      path: string('0+'),
      topics: array('0+', {
        name: string('0+'),
        partitions: array('0+', 'int32'),
      }),
    }),
  },
});
