import { string, uuid } from '../fields.ts';
import { message } from '../message.ts';

export const topicRecord = message({
  name: 'TopicRecord',
  type: 'metadata',
  apiKey: 2,
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    name: string('0+'),
    topicId: uuid('0+'),
  },
});
