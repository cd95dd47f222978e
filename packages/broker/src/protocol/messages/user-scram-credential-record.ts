import { bytes, int8, int32, string } from '../fields.ts';
import { message } from '../message.ts';

export const userScramCredentialRecord = message({
  name: 'UserScramCredentialRecord',
  type: 'metadata',
  apiKey: 11,
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    name: string('0+'),
    mechanism: int8('0+'),
    salt: bytes('0+'),
    storedKey: bytes('0+'),
    serverKey: bytes('0+'),
    iterations: int32('0+'),
  },
});
