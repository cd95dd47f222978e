import { string } from '../fields.ts';
import { message } from '../message.ts';

export const abortTransactionRecord = message({
  name: 'AbortTransactionRecord',
  type: 'metadata',
  apiKey: 25,
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    reason: string('0+', { nullable: '0+', default: null, tag: 0 }),
  },
});
