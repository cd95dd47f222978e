import { int64, string } from '../fields.ts';
import { message } from '../message.ts';

export const legacyOffsetCommitValue = message({
  name: 'LegacyOffsetCommitValue',
  type: 'coordinator-value',
  apiKey: 0,
  validVersions: '0',
  flexibleVersions: 'none',
  fields: {
    offset: int64('0'),
    metadata: string('0'),
    commitTimestamp: int64('0'),
  },
});
