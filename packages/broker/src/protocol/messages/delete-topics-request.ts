import { array, int32, string, uuid } from '../fields.ts';
import { message } from '../message.ts';

export const deleteTopicsRequest = message({
  name: 'DeleteTopicsRequest',
  type: 'request',
  apiKey: 20,
  listeners: ['broker', 'controller'],
  validVersions: '1-6',
  flexibleVersions: '4+',
  fields: {
    topics: array('6+', {
      name: string('6+', { nullable: '6+', default: null }),
      topicId: uuid('6+'),
    }),
    topicNames: array('0-5', 'string', { ignorable: true }),
    timeoutMs: int32('0+'),
  },
});
