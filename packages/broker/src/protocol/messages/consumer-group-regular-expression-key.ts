import { string } from '../fields.ts';
import { message } from '../message.ts';

export const consumerGroupRegularExpressionKey = message({
  name: 'ConsumerGroupRegularExpressionKey',
  type: 'coordinator-key',
  apiKey: 16,
  validVersions: '0',
  flexibleVersions: 'none',
  fields: {
    groupId: string('0'),
    regularExpression: string('0'),
  },
});
