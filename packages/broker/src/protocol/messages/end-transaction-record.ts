import { message } from '../message.ts';

export const endTransactionRecord = message({
  name: 'EndTransactionRecord',
  type: 'metadata',
  apiKey: 24,
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {},
});
