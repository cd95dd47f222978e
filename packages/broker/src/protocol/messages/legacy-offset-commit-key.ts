import { int32, string } from '../fields.ts';
import { message } from '../message.ts';

export const legacyOffsetCommitKey = message({
  name: 'LegacyOffsetCommitKey',
  type: 'coordinator-key',
  apiKey: 0,
  validVersions: '0',
  flexibleVersions: 'none',
  fields: {
    group: string('0'),
    topic: string('0'),
    partition: int32('0'),
  },
});
