import { int16, int32 } from '../fields.ts';
import { message } from '../message.ts';

export const pushTelemetryResponse = message({
  name: 'PushTelemetryResponse',
  type: 'response',
  apiKey: 72,
  validVersions: '0',
  flexibleVersions: '0+',
  fields: {
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
  },
});
