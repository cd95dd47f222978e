import { string } from '../fields.ts';
import { message } from '../message.ts';

export const clearElrRecord = message({
  name: 'ClearElrRecord',
  type: 'metadata',
  apiKey: 28,
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    topicName: string('0+'),
  },
});
