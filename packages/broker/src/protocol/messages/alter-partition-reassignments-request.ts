import { array, bool, int32, string } from '../fields.ts';
import { message } from '../message.ts';

export const alterPartitionReassignmentsRequest = message({
  name: 'AlterPartitionReassignmentsRequest',
  type: 'request',
  apiKey: 45,
  listeners: ['broker', 'controller'],
  validVersions: '0-1',
  flexibleVersions: '0+',
  fields: {
    timeoutMs: int32('0+', { default: 60_000 }),
    allowReplicationFactorChange: bool('1+', { default: true }),
    topics: array('0+', {
      name: string('0+'),
      partitions: array('0+', {
        partitionIndex: int32('0+'),
        replicas: array('0+', 'int32', { nullable: '0+', default: null }),
      }),
    }),
  },
});
