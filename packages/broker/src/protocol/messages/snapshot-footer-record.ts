import { int16 } from '../fields.ts';
import { message } from '../message.ts';

export const snapshotFooterRecord = message({
  name: 'SnapshotFooterRecord',
  type: 'data',
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    version: int16('0+'),
  },
});
