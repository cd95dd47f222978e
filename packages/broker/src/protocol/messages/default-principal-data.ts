import { bool, string } from '../fields.ts';
import { message } from '../message.ts';

export const defaultPrincipalData = message({
  name: 'DefaultPrincipalData',
  type: 'data',
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    type: string('0+'),
    name: string('0+'),
    tokenAuthenticated: bool('0+'),
  },
});
