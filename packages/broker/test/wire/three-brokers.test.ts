import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ErrorCode } from '../../src/protocol/errors.ts';
import { describeConfigsRequest } from '../../src/protocol/messages/describe-configs-request.ts';
import { describeConfigsResponse } from '../../src/protocol/messages/describe-configs-response.ts';
import { incrementalAlterConfigsRequest } from '../../src/protocol/messages/incremental-alter-configs-request.ts';
import { incrementalAlterConfigsResponse } from '../../src/protocol/messages/incremental-alter-configs-response.ts';
import { metadataRequest } from '../../src/protocol/messages/metadata-request.ts';
import { metadataResponse } from '../../src/protocol/messages/metadata-response.ts';
import { BrokerCluster, until } from './broker-cluster.ts';
import type { PartitionAsker } from './partition-asker.ts';

describe('three brokers', () => {
  let cluster: BrokerCluster;
  const askers = new Map<number, PartitionAsker>();

  beforeEach(async () => {
    cluster = new BrokerCluster();
    await cluster.start(3);
    for (const id of [1, 2, 3]) await ask(id);
  });

  afterEach(() => cluster.close());

  async function ask(id: number): Promise<PartitionAsker> {
    const asker = await cluster.asker(id);
    askers.set(id, asker);
    return asker;
  }

  async function partition(via: number, topic: string, index = 0) {
    const found = await askers.get(via)?.metadata(topic);
    return found?.[index];
  }

  /** Produces until it is taken, at whomever the broker asked names as the leader. */
  async function produce(topic: string, via: number, text: string): Promise<void> {
    await until(`${text} is acknowledged`, async () => {
      const leader = (await partition(via, topic))?.leaderId ?? -1;
      const asker = askers.get(leader);
      if (asker === undefined || !cluster.running.includes(leader)) return false;
      return (await asker.produce(topic, 0, text)) === ErrorCode.NONE;
    });
  }

  test('vote together, and every one of them says so', async () => {
    for (const via of [1, 2, 3]) {
      const quorum = await cluster.describeQuorum(via);
      expect(quorum?.errorCode).toBe(ErrorCode.NONE);
      expect(quorum?.currentVoters.map(({ replicaId }) => replicaId).sort()).toEqual([1, 2, 3]);
    }
  });

  test.each([1, 2, 3])(
    'make a topic by broker %i, of which all know, and replicate its records',
    async (via) => {
      await cluster.createTopic('orders', { via });
      for (const id of [1, 2, 3]) {
        await until(`broker ${id} knows the topic`, async () => {
          const found = await partition(id, 'orders');
          return found?.errorCode === ErrorCode.NONE && found.isrNodes.length === 3;
        });
      }
      for (const id of [1, 2, 3]) await produce('orders', id, `by way of ${id}`);
      const leader = (await partition(1, 'orders'))?.leaderId ?? -1;
      expect(await askers.get(leader)?.allValues('orders', 0)).toEqual(
        [1, 2, 3].map((id) => `by way of ${id}`),
      );
    },
  );

  test('make a topic that a client misses, whoever is asked for it', async () => {
    for (const id of [1, 2, 3]) {
      const name = `missed-at-${id}`;
      await until(`${name} is made`, async () => {
        const client = await cluster.connect(id);
        const body = { topics: [{ name }], allowAutoTopicCreation: true };
        const { topics } = await client.ask(metadataRequest, metadataResponse, body, 12);
        return topics[0]?.errorCode === ErrorCode.NONE;
      });
    }
  });

  test('change a topic by any broker, and in the same request no config of another broker', async () => {
    await cluster.createTopic('orders');
    const [broker, topic, set] = [4, 2, 0];
    const config = (name: string, value: string) => [{ name, value, configOperation: set }];
    for (const id of [1, 2, 3]) {
      const client = await cluster.connect(id);
      const other = { resourceType: broker, resourceName: String((id % 3) + 1) };
      const orders = { resourceType: topic, resourceName: 'orders' };
      const resources = [
        { ...other, configs: config('log.cleaner.threads', '2') },
        { ...orders, configs: config('retention.ms', `${id}000`) },
      ];
      const { responses } = await client.ask(
        incrementalAlterConfigsRequest,
        incrementalAlterConfigsResponse,
        { resources },
        1,
      );
      expect(responses).toMatchObject([
        { ...other, errorCode: ErrorCode.INVALID_REQUEST },
        { ...orders, errorCode: ErrorCode.NONE },
      ]);
      const described = async (via: number, resource: object, key: string) => {
        const asked = { resources: [{ ...resource, configurationKeys: [key] } as never] };
        const by = await cluster.connect(via);
        const { results } = await by.ask(describeConfigsRequest, describeConfigsResponse, asked, 4);
        return results[0]?.configs[0]?.value;
      };
      await until('the topic is changed', async () => {
        return (await described(id, orders, 'retention.ms')) === `${id}000`;
      });
      expect(await described((id % 3) + 1, other, 'log.cleaner.threads')).toBe('1');
    }
  });

  test.each(['killed', 'closed'])('go on when the leader is %s, and take it back', async (how) => {
    await cluster.createTopic('orders', { replicas: [[3, 1, 2]] });
    await produce('orders', 1, 'one');
    if (how === 'killed') await cluster.kill(3);
    else await cluster.stopBroker(3);
    await until('another leads', async () => {
      const found = await partition(1, 'orders');
      return found !== undefined && [1, 2].includes(found.leaderId) && !found.isrNodes.includes(3);
    });
    await produce('orders', 2, 'two');
    await cluster.startBroker(3);
    await ask(3);
    await until('it is in sync again', async () => (await partition(1, 'orders'))?.isrNodes.length === 3);
    await produce('orders', 3, 'three');
    const leader = (await partition(2, 'orders'))?.leaderId ?? -1;
    expect(await askers.get(leader)?.allValues('orders', 0)).toEqual(['one', 'two', 'three']);
    await until('all agree', async () => {
      const seen = await Promise.all([1, 2, 3].map((id) => partition(id, 'orders')));
      return (
        new Set(seen.map((one) => JSON.stringify([one?.leaderId, one?.leaderEpoch, one?.isrNodes]))).size ===
        1
      );
    });
  });

  test('go on when the controller is killed', async () => {
    await cluster.createTopic('orders');
    await produce('orders', 1, 'one');
    const controller = (await cluster.describeQuorum(1))?.leaderId ?? -1;
    const [other = -1] = [1, 2, 3].filter((id) => id !== controller);
    await cluster.kill(controller);
    await produce('orders', other, 'two');
    await cluster.createTopic('after', { via: other, replicas: [[other]] });
    await cluster.startBroker(controller);
    await ask(controller);
    await until('it is in sync again', async () => (await partition(other, 'orders'))?.isrNodes.length === 3);
    const leader = (await partition(controller, 'orders'))?.leaderId ?? -1;
    expect(await askers.get(leader)?.allValues('orders', 0)).toEqual(['one', 'two']);
  });
});
