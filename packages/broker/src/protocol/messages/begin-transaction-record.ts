import { string } from '../fields.ts';
import { message } from '../message.ts';

export const beginTransactionRecord = message({
  name: 'BeginTransactionRecord',
  type: 'metadata',
  apiKey: 23,
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    name: string('0+', { nullable: '0+', default: null, tag: 0 }),
  },
});
