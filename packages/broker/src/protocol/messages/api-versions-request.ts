import { string } from '../fields.ts';
import { message } from '../message.ts';

export const apiVersionsRequest = message({
  name: 'ApiVersionsRequest',
  type: 'request',
  apiKey: 18,
  listeners: ['broker', 'controller'],
  validVersions: '0-4',
  flexibleVersions: '3+',
  fields: {
    clientSoftwareName: string('3+', { ignorable: true }),
    clientSoftwareVersion: string('3+', { ignorable: true }),
  },
});
