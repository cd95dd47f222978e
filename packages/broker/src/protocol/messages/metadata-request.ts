import { array, bool, string, uuid } from '../fields.ts';
import { message } from '../message.ts';

export const metadataRequest = message({
  name: 'MetadataRequest',
  type: 'request',
  apiKey: 3,
  listeners: ['broker'],
  validVersions: '0-13',
  flexibleVersions: '9+',
  fields: {
    topics: array(
      '0+',
      {
        topicId: uuid('10+', { ignorable: true }),
        name: string('0+', { nullable: '10+' }),
      },
      { nullable: '1+' },
    ),
    allowAutoTopicCreation: bool('4+', { default: true }),
    includeClusterAuthorizedOperations: bool('8-10'),
    includeTopicAuthorizedOperations: bool('8+'),
  },
});
