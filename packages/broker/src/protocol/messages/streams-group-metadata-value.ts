import { array, int32, int64, string } from '../fields.ts';
import { message } from '../message.ts';

const lastAssignmentConfig = {
  key: string('0+'),
  value: string('0+'),
};

export const streamsGroupMetadataValue = message({
  name: 'StreamsGroupMetadataValue',
  type: 'coordinator-value',
  apiKey: 17,
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    epoch: int32('0+'),
    metadataHash: int64('0+'),
    validatedTopologyEpoch: int32('0+', { default: -1, tag: 0 }),
    lastAssignmentConfigs: array('0+', lastAssignmentConfig, { nullable: '0+', tag: 1 }),
  },
});
