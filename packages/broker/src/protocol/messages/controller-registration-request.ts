import { array, bool, int16, int32, string, uint16, uuid } from '../fields.ts';
import { message } from '../message.ts';

export const controllerRegistrationRequest = message({
  name: 'ControllerRegistrationRequest',
  type: 'request',
  apiKey: 70,
  listeners: ['controller'],
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    controllerId: int32('0+'),
    incarnationId: uuid('0+'),
    zkMigrationReady: bool('0+'),
    listeners: array('0+', {
      name: string('0+'),
      host: string('0+'),
      port: uint16('0+'),
      securityProtocol: int16('0+'),
    }),
    features: array('0+', {
      name: string('0+'),
      minSupportedVersion: int16('0+'),
      maxSupportedVersion: int16('0+'),
    }),
  },
});
