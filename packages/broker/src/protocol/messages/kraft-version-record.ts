import { int16 } from '../fields.ts';
import { message } from '../message.ts';

export const kRaftVersionRecord = message({
  name: 'KRaftVersionRecord',
  type: 'data',
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    version: int16('0+'),
    kRaftVersion: int16('0+'),
  },
});
