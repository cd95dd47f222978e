import { int32, int64, string, uuid } from '../fields.ts';
import { message } from '../message.ts';

export const offsetCommitValue = message({
  name: 'OffsetCommitValue',
  type: 'coordinator-value',
  apiKey: 1,
  validVersions: '0-4',
  flexibleVersions: '4+',
  fields: {
    offset: int64('0+'),
    leaderEpoch: int32('3+', { default: -1, ignorable: true }),
    metadata: string('0+'),
    commitTimestamp: int64('0+'),
    expireTimestamp: int64('1', { default: -1, ignorable: true }),
    topicId: uuid('4+', { tag: 0, ignorable: true }),
  },
});
