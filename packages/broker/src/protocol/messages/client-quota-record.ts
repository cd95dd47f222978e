import { array, bool, float64, string } from '../fields.ts';
import { message } from '../message.ts';

export const clientQuotaRecord = message({
  name: 'ClientQuotaRecord',
  type: 'metadata',
  apiKey: 14,
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    entity: array('0+', {
      entityType: string('0+'),
      entityName: string('0+', { nullable: '0+' }),
    }),
    key: string('0+'),
    value: float64('0+'),
    remove: bool('0+'),
  },
});
