import { array, int32, int64, string, struct, uuid } from '../fields.ts';
import { message } from '../message.ts';

export const fetchSnapshotRequest = message({
  name: 'FetchSnapshotRequest',
  type: 'request',
  apiKey: 59,
  listeners: ['controller'],
  validVersions: '0-1',
  flexibleVersions: '0+',
  fields: {
    clusterId: string('0+', { nullable: '0+', default: null, tag: 0 }),
    replicaId: int32('0+', { default: -1 }),
    maxBytes: int32('0+', { default: 0x7fff_ffff }),
    topics: array('0+', {
      name: string('0+'),
      partitions: array('0+', {
        partition: int32('0+'),
        currentLeaderEpoch: int32('0+'),
        snapshotId: struct('0+', {
          endOffset: int64('0+'),
          epoch: int32('0+'),
        }),
        position: int64('0+'),
        replicaDirectoryId: uuid('1+', { tag: 0, ignorable: true }),
      }),
    }),
  },
});
