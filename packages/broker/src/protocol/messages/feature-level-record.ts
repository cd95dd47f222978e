import { int16, string } from '../fields.ts';
import { message } from '../message.ts';

export const featureLevelRecord = message({
  name: 'FeatureLevelRecord',
  type: 'metadata',
  apiKey: 12,
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    name: string('0+'),
    featureLevel: int16('0+'),
  },
});
