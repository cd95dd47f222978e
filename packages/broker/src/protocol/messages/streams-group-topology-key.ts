import { string } from '../fields.ts';
import { message } from '../message.ts';

export const streamsGroupTopologyKey = message({
  name: 'StreamsGroupTopologyKey',
  type: 'coordinator-key',
  apiKey: 23,
  validVersions: '0',
  flexibleVersions: 'none',
  fields: {
    groupId: string('0'),
  },
});
