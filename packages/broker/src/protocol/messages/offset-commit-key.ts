import { int32, string } from '../fields.ts';
import { message } from '../message.ts';

export const offsetCommitKey = message({
  name: 'OffsetCommitKey',
  type: 'coordinator-key',
  apiKey: 1,
  validVersions: '0',
  flexibleVersions: 'none',
  fields: {
    group: string('0'),
    topic: string('0'),
    partition: int32('0'),
  },
});
