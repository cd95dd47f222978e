import { afterEach, beforeEach, expect, test } from 'vitest';
import { ErrorCode } from '../../src/protocol/errors.ts';
import { findCoordinatorRequest } from '../../src/protocol/messages/find-coordinator-request.ts';
import { findCoordinatorResponse } from '../../src/protocol/messages/find-coordinator-response.ts';
import { metadataRequest } from '../../src/protocol/messages/metadata-request.ts';
import { metadataResponse } from '../../src/protocol/messages/metadata-response.ts';
import { BrokerCluster, until } from './broker-cluster.ts';
import type { WireClient } from './wire-client.ts';

const TOPICS = ['__consumer_offsets', '__transaction_state'];

let cluster: BrokerCluster;
beforeEach(() => {
  cluster = new BrokerCluster({
    ...{ 'offsets.topic.replication.factor': '3', 'transaction.state.log.replication.factor': '3' },
    'transaction.state.log.num.partitions': '1',
  });
});
afterEach(() => cluster.close());

/** What a broker answers who looks for the coordinator of a group (0) or of a transactional id (1). */
async function answered(client: WireClient, keyType: number): Promise<number | undefined> {
  const body = { keyType, coordinatorKeys: ['anybody'] };
  const { coordinators } = await client.ask(findCoordinatorRequest, findCoordinatorResponse, body, 4);
  return coordinators[0]?.errorCode;
}

test('topics of coordinators wait until as many brokers are registered as they want replicas; clients ask again', async () => {
  for (const id of [1, 2, 3]) await cluster.add(id, { isVoter: true });
  await Promise.all([cluster.startBroker(1), cluster.startBroker(2)]);
  const client = await cluster.connect(1);
  for (let attempt = 0; attempt < 20; attempt += 1) {
    expect(await answered(client, 0)).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    expect(await answered(client, 1)).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
  }
  await cluster.startBroker(3);
  await until('groups have a coordinator', async () => (await answered(client, 0)) === ErrorCode.NONE);
  await until('transactions have one', async () => (await answered(client, 1)) === ErrorCode.NONE);
  const { topics } = await client.ask(
    metadataRequest,
    metadataResponse,
    { topics: TOPICS.map((name) => ({ name })), allowAutoTopicCreation: false },
    12,
  );
  for (const { partitions } of topics) {
    expect(partitions.map(({ replicaNodes }) => replicaNodes.toSorted())).toEqual([[1, 2, 3]]);
  }
});
