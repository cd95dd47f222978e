import { type CoordinatorRequest, coordinatorRequests } from './coordinator-requests.ts';
import { createTopic, type DifferentialCase, inVersions } from './differential-case.ts';
import type { WireClient } from './wire-client.ts';

const TOPIC = 'cold';

/**
 * What coordinators are asked before anybody has looked for one, so that the topics of groups and of transactions are
 * not there. They have to be asked first of all.
 */
export const coldCases: readonly DifferentialCase[] = [
  ...coordinatorRequests(TOPIC).map(cold),
  {
    name: 'TxnOffsetCommit of no group, and of a topic that is not there either',
    run: (client) => {
      const partitions = [{ partitionIndex: 0, committedOffset: 5, committedMetadata: '' }];
      const commit = (groupId: string, name: string) =>
        client.send('TxnOffsetCommit', 5, {
          ...{ transactionalId: TOPIC, groupId, producerId: 1, producerEpoch: 0 },
          topics: [{ name, partitions }],
        });
      return Promise.all([commit('', TOPIC), commit(TOPIC, 'nowhere'), commit('', 'nowhere')]);
    },
  },
];

/** Makes the topic that the requests name. */
export async function prepareCold(client: WireClient): Promise<void> {
  await createTopic(client, TOPIC);
}

function cold({ api, versions, body }: CoordinatorRequest): DifferentialCase {
  return {
    name: `${api} ${versions.join('–')}`,
    run: (client) => inVersions(client, api, versions, body),
  };
}
