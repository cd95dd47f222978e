import { array, bool, int32, int64 } from '../fields.ts';
import { message } from '../message.ts';

export const brokerHeartbeatRequest = message({
  name: 'BrokerHeartbeatRequest',
  type: 'request',
  apiKey: 63,
  listeners: ['controller'],
  validVersions: '0-2',
  flexibleVersions: '0+',
  fields: {
    brokerId: int32('0+'),
    brokerEpoch: int64('0+', { default: -1 }),
    currentMetadataOffset: int64('0+'),
    wantFence: bool('0+'),
    wantShutDown: bool('0+'),
    offlineLogDirs: array('1+', 'uuid', { tag: 0 }),
    cordonedLogDirs: array('2+', 'uuid', { nullable: '2+', default: null, tag: 1 }),
  },
});
