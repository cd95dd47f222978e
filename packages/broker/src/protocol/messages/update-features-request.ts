import { array, bool, int8, int16, int32, string } from '../fields.ts';
import { message } from '../message.ts';

export const updateFeaturesRequest = message({
  name: 'UpdateFeaturesRequest',
  type: 'request',
  apiKey: 57,
  listeners: ['broker', 'controller'],
  validVersions: '0-2',
  flexibleVersions: '0+',
  fields: {
    timeoutMs: int32('0+', { default: 60_000 }),
    featureUpdates: array('0+', {
      feature: string('0+'),
      maxVersionLevel: int16('0+'),
      allowDowngrade: bool('0'),
      upgradeType: int8('1+', { default: 1 }),
    }),
    validateOnly: bool('1+'),
  },
});
