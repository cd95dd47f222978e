import { array, bool, int8, string } from '../fields.ts';
import { message } from '../message.ts';

export const describeClientQuotasRequest = message({
  name: 'DescribeClientQuotasRequest',
  type: 'request',
  apiKey: 48,
  listeners: ['broker'],
  validVersions: '0-1',
  flexibleVersions: '1+',
  fields: {
    components: array('0+', {
      entityType: string('0+'),
      matchType: int8('0+'),
      match: string('0+', { nullable: '0+' }),
    }),
    strict: bool('0+'),
  },
});
