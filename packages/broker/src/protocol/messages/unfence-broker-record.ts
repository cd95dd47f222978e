import { int32, int64 } from '../fields.ts';
import { message } from '../message.ts';

export const unfenceBrokerRecord = message({
  name: 'UnfenceBrokerRecord',
  type: 'metadata',
  apiKey: 8,
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    id: int32('0+'),
    epoch: int64('0+'),
  },
});
