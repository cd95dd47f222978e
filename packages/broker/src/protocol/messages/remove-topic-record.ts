import { uuid } from '../fields.ts';
import { message } from '../message.ts';

export const removeTopicRecord = message({
  name: 'RemoveTopicRecord',
  type: 'metadata',
  apiKey: 9,
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    topicId: uuid('0+'),
  },
});
