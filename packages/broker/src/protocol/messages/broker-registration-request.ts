import { array, bool, int16, int32, int64, string, uint16, uuid } from '../fields.ts';
import { message } from '../message.ts';

export const brokerRegistrationRequest = message({
  name: 'BrokerRegistrationRequest',
  type: 'request',
  apiKey: 62,
  listeners: ['controller'],
  validVersions: '0-4',
  flexibleVersions: '0+',
  fields: {
    brokerId: int32('0+'),
    clusterId: string('0+'),
    incarnationId: uuid('0+'),
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
    rack: string('0+', { nullable: '0+' }),
    isMigratingZkBroker: bool('1+'),
    logDirs: array('2+', 'uuid', { ignorable: true }),
    previousBrokerEpoch: int64('3+', { default: -1, ignorable: true }),
  },
});
