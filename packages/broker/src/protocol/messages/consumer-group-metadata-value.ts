import { int32, int64 } from '../fields.ts';
import { message } from '../message.ts';

export const consumerGroupMetadataValue = message({
  name: 'ConsumerGroupMetadataValue',
  type: 'coordinator-value',
  apiKey: 3,
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    epoch: int32('0+'),
    metadataHash: int64('0+', { tag: 0 }),
  },
});
