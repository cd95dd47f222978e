import { int32, int64 } from '../fields.ts';
import { message } from '../message.ts';

export const shareGroupTargetAssignmentMetadataValue = message({
  name: 'ShareGroupTargetAssignmentMetadataValue',
  type: 'coordinator-value',
  apiKey: 12,
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    assignmentEpoch: int32('0+'),
    assignmentTimestamp: int64('0+', { tag: 0, ignorable: true }),
  },
});
