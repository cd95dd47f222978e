import { message } from '../message.ts';

export const noOpRecord = message({
  name: 'NoOpRecord',
  type: 'metadata',
  apiKey: 20,
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {},
});
