import { bool, int16, int32 } from '../fields.ts';
import { message } from '../message.ts';

export const brokerHeartbeatResponse = message({
  name: 'BrokerHeartbeatResponse',
  type: 'response',
  apiKey: 63,
  validVersions: '0-2',
  flexibleVersions: '0+',
  fields: {
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
    isCaughtUp: bool('0+'),
    isFenced: bool('0+', { default: true }),
    shouldShutDown: bool('0+'),
  },
});
