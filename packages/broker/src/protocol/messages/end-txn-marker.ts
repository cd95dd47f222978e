import { int32 } from '../fields.ts';
import { message } from '../message.ts';

export const endTxnMarker = message({
  name: 'EndTxnMarker',
  type: 'data',
  validVersions: '0',
  flexibleVersions: 'none',
  fields: {
    coordinatorEpoch: int32('0+'),
  },
});
