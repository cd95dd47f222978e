import { array, bool, float64, string } from '../fields.ts';
import { message } from '../message.ts';

export const alterClientQuotasRequest = message({
  name: 'AlterClientQuotasRequest',
  type: 'request',
  apiKey: 49,
  listeners: ['broker', 'controller'],
  validVersions: '0-1',
  flexibleVersions: '1+',
  fields: {
    entries: array('0+', {
      entity: array('0+', {
        entityType: string('0+'),
        entityName: string('0+', { nullable: '0+' }),
      }),
      ops: array('0+', {
        key: string('0+'),
        value: float64('0+'),
        remove: bool('0+'),
      }),
    }),
    validateOnly: bool('0+'),
  },
});
