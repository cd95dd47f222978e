import { int16 } from '../fields.ts';
import { message } from '../message.ts';

export const controlRecordTypeSchema = message({
  name: 'ControlRecordTypeSchema',
  type: 'data',
  validVersions: '0',
  flexibleVersions: 'none',
  fields: {
    type: int16('0+'),
  },
});
