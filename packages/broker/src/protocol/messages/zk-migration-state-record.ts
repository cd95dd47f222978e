import { int8 } from '../fields.ts';
import { message } from '../message.ts';

export const zkMigrationStateRecord = message({
  name: 'ZkMigrationStateRecord',
  type: 'metadata',
  apiKey: 21,
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    zkMigrationState: int8('0+'),
  },
});
