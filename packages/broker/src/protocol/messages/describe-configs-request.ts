import { array, bool, int8, string } from '../fields.ts';
import { message } from '../message.ts';

export const describeConfigsRequest = message({
  name: 'DescribeConfigsRequest',
  type: 'request',
  apiKey: 32,
  listeners: ['broker', 'controller'],
  validVersions: '1-4',
  flexibleVersions: '4+',
  fields: {
    resources: array('0+', {
      resourceType: int8('0+'),
      resourceName: string('0+'),
      configurationKeys: array('0+', 'string', { nullable: '0+' }),
    }),
    includeSynonyms: bool('1+'),
    includeDocumentation: bool('3+'),
  },
});
