import { array, int64, string } from '../fields.ts';
import { message } from '../message.ts';

export const createDelegationTokenRequest = message({
  name: 'CreateDelegationTokenRequest',
  type: 'request',
  apiKey: 38,
  listeners: ['broker', 'controller'],
  validVersions: '1-3',
  flexibleVersions: '2+',
  fields: {
    ownerPrincipalType: string('3+', { nullable: '3+' }),
    ownerPrincipalName: string('3+', { nullable: '3+' }),
    renewers: array('0+', {
      principalType: string('0+'),
      principalName: string('0+'),
    }),
    maxLifetimeMs: int64('0+'),
  },
});
