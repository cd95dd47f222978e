import fs from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ErrorCode } from '../../src/protocol/errors.ts';
import { alterReplicaLogDirsRequest } from '../../src/protocol/messages/alter-replica-log-dirs-request.ts';
import { alterReplicaLogDirsResponse } from '../../src/protocol/messages/alter-replica-log-dirs-response.ts';
import { deleteTopicsRequest } from '../../src/protocol/messages/delete-topics-request.ts';
import { deleteTopicsResponse } from '../../src/protocol/messages/delete-topics-response.ts';
import { fetchRequest } from '../../src/protocol/messages/fetch-request.ts';
import { fetchResponse } from '../../src/protocol/messages/fetch-response.ts';
import { produceRequest } from '../../src/protocol/messages/produce-request.ts';
import { produceResponse } from '../../src/protocol/messages/produce-response.ts';
import { buildBatch } from '../../src/protocol/records.ts';
import { BrokerCluster, until } from './broker-cluster.ts';

/** What three real brokers say of replicas, by the wire. */
describe('replicas on three brokers', () => {
  let cluster: BrokerCluster;

  beforeEach(async () => {
    cluster = new BrokerCluster({ 'odradek.metrics.port': '0' });
    await cluster.start(0);
    for (const id of [1, 2, 3]) await cluster.add(id, { isVoter: true });
    const racked = (id: number) => ({
      'broker.rack': `rack-${id}`,
      'replica.selector.class': 'org.apache.kafka.common.replica.RackAwareReplicaSelector',
      'log.dirs': `${cluster.directory}/broker-${id},${cluster.directory}/broker-${id}-two`,
    });
    await Promise.all([1, 2, 3].map((id) => cluster.startBroker(id, { settings: racked(id) })));
  });

  afterEach(() => cluster.close());

  /** Makes a topic that broker 3 leads; its id when all know that all are in sync. */
  async function topicLedByThree(name: string): Promise<string> {
    await cluster.createTopic(name, { replicas: [[3, 1, 2]] });
    let topicId = '';
    for (const id of [1, 2, 3]) {
      const asker = await cluster.asker(id);
      await until(`broker ${id} knows ${name}`, async () => {
        topicId = (await asker.topicId(name)) ?? '';
        return (await asker.metadata(name))[0]?.isrNodes.length === 3;
      });
    }
    return topicId;
  }

  async function produce(via: number, topicId: string) {
    const records = buildBatch([{ value: Buffer.from('x'), timestamp: 1_700_000_000_000 }]);
    const body = {
      ...{ acks: -1, timeoutMs: 10_000 },
      topicData: [{ topicId, partitionData: [{ index: 0, records }] }],
    };
    const answer = await (await cluster.connect(via)).ask(produceRequest, produceResponse, body, 13);
    return { ...answer.responses[0]?.partitionResponses[0], nodeEndpoints: answer.nodeEndpoints };
  }

  async function fetch(
    via: number,
    topicId: string,
    given: { rackId?: string; currentLeaderEpoch?: number } = {},
  ) {
    const { rackId = '', currentLeaderEpoch = -1 } = given;
    const partitions = [{ partition: 0, fetchOffset: 0, currentLeaderEpoch, partitionMaxBytes: 1 << 20 }];
    const body = { rackId, maxWaitMs: 0, minBytes: 1, topics: [{ topicId, partitions }] };
    const answer = await (await cluster.connect(via)).ask(fetchRequest, fetchResponse, body, 17);
    return { ...answer.responses[0]?.partitions[0], nodeEndpoints: answer.nodeEndpoints };
  }

  test('whoever is asked and does not lead says who does, and where', async () => {
    const topicId = await topicLedByThree('orders');
    const produced = await produce(1, topicId);
    expect(produced).toMatchObject({
      errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER,
      currentLeader: { leaderId: 3, leaderEpoch: 0 },
      nodeEndpoints: [{ nodeId: 3, host: '127.0.0.1', rack: 'rack-3' }],
    });
    const [endpoint] = produced.nodeEndpoints;
    expect(endpoint?.port).toBe(cluster.portOf(3));
    expect((await produce(3, topicId)).errorCode).toBe(ErrorCode.NONE);
  });

  test('a consumer is sent to the replica in its rack, and reads there', async () => {
    const topicId = await topicLedByThree('orders');
    expect((await produce(3, topicId)).errorCode).toBe(ErrorCode.NONE);
    await until('the leader sends elsewhere', async () => {
      const sent = await fetch(3, topicId, { rackId: 'rack-2' });
      return sent.errorCode === ErrorCode.NONE && sent.preferredReadReplica === 2;
    });
    await until('the follower knows it to be committed', async () => {
      const read = await fetch(2, topicId, { rackId: 'rack-2' });
      return read.errorCode === ErrorCode.NONE && (read.records?.length ?? 0) > 0;
    });
  });

  test('a topic that was made anew while a broker was down begins anew there', async () => {
    const oldId = await topicLedByThree('orders');
    expect((await produce(3, oldId)).errorCode).toBe(ErrorCode.NONE);
    await cluster.stopBroker(2);
    const deletion = { topics: [{ topicId: oldId, name: null }], timeoutMs: 10_000 };
    const { responses } = await (await cluster.connect(1)).ask(
      deleteTopicsRequest,
      deleteTopicsResponse,
      deletion,
      6,
    );
    expect(responses[0]?.errorCode).toBe(ErrorCode.NONE);
    await cluster.createTopic('orders', { replicas: [[3, 1, 2]] });
    await cluster.startBroker(2);
    const asker = await cluster.asker(2);
    await until('the new topic is in sync on all', async () => {
      return (await asker.metadata('orders'))[0]?.isrNodes.length === 3;
    });
    const newId = (await asker.topicId('orders')) ?? '';
    expect(newId).not.toBe(oldId);
    expect((await fetch(2, oldId)).errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_ID);
    expect(await fetch(2, newId)).toMatchObject({ errorCode: ErrorCode.NONE, highWatermark: 0 });
    const folders = fs
      .readdirSync(`${cluster.directory}/broker-2`)
      .filter((folder) => folder.startsWith('orders'))
      .map((folder) => folder.replace(/[0-9a-f]{32}/, 'HEX'));
    expect(folders).toContain('orders-0');
    expect(folders.filter((folder) => folder !== 'orders-0')).toEqual(['orders-0.HEX-stray']);
  });

  test('a replica moves between log directories while it leads, and the cluster knows', async () => {
    const topicId = await topicLedByThree('orders');
    expect((await produce(3, topicId)).errorCode).toBe(ErrorCode.NONE);
    const asker = await cluster.asker(3);
    const place = async () =>
      (await asker.logDirs()).find(({ topics }) => topics.some(({ name }) => name === 'orders'))?.logDir;
    const from = await place();
    const other = `${cluster.directory}/broker-3`;
    const path = from === other ? `${other}-two` : other;
    const body = { dirs: [{ path, topics: [{ name: 'orders', partitions: [0] }] }] };
    const { results } = await asker.client.ask(
      alterReplicaLogDirsRequest,
      alterReplicaLogDirsResponse,
      body,
      2,
    );
    expect(results).toEqual([{ topicName: 'orders', partitions: [{ partitionIndex: 0, errorCode: 0 }] }]);
    await until('it has moved', async () => (await place()) === path);
    expect((await produce(3, topicId)).errorCode).toBe(ErrorCode.NONE);
    expect(await asker.allValues('orders', 0)).toEqual(['x', 'x']);
  });

  test('in-sync replicas that come and go are counted', async () => {
    const topicId = await topicLedByThree('orders');
    const told = async (name: string) => {
      const line = (await cluster.scrape(3))
        .split('\n')
        .find((text) => text.startsWith(`kafka_server_${name} `));
      return Number(line?.split(' ').at(-1));
    };
    const shrinks = await told('replicamanager_isrshrinks_total');
    await cluster.stopBroker(2);
    await until('it is noted', async () => (await told('replicamanager_isrshrinks_total')) > shrinks);
    const expands = await told('replicamanager_isrexpands_total');
    await cluster.startBroker(2);
    await until('it is back', async () => (await told('replicamanager_isrexpands_total')) > expands);
    expect((await produce(3, topicId)).errorCode).toBe(ErrorCode.NONE);
    expect(await told('replicafetchermanager_maxlag')).toBe(0);
  });
});
