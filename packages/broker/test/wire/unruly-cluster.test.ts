import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ErrorCode } from '../../src/protocol/errors.ts';
import { BrokerCluster, until } from './broker-cluster.ts';

let cluster: BrokerCluster;

beforeEach(() => {
  cluster = new BrokerCluster();
});

afterEach(() => cluster.close());

async function addVoters(): Promise<void> {
  for (const id of [1, 2, 3]) await cluster.add(id, { isVoter: true });
}

/** Produces to the only partition of the topic, by whomever the broker names as its leader, until it is taken. */
async function produce(topic: string, via: number, text: string): Promise<void> {
  await until(`${text} is acknowledged`, async () => {
    const [partition] = await (await cluster.asker(via)).metadata(topic);
    const leader = partition?.leaderId ?? -1;
    if (!cluster.running.includes(leader)) return false;
    return (await (await cluster.asker(leader)).produce(topic, 0, text)) === ErrorCode.NONE;
  });
}

async function allValues(topic: string, via: number): Promise<string[]> {
  const [partition] = await (await cluster.asker(via)).metadata(topic);
  return (await cluster.asker(partition?.leaderId ?? -1)).allValues(topic, 0);
}

async function inSync(topic: string, via: number): Promise<readonly number[]> {
  const [partition] = await (await cluster.asker(via)).metadata(topic);
  return partition?.isrNodes ?? [];
}

describe('a voter without a majority', () => {
  test('waits, and serves as soon as there is one', async () => {
    await addVoters();
    let isServing = false;
    const first = cluster.startBroker(1).then(() => {
      isServing = true;
    });
    const settings = { 'initial.broker.registration.timeout.ms': '500' };
    // For as long as it takes another one to lose patience, which has no majority with it either.
    const lone = new BrokerCluster();
    await lone.add(1, { isVoter: true });
    await lone.add(2, { isVoter: true });
    await expect(lone.startBroker(1, { settings })).rejects.toThrow(
      'No controller has taken broker 1 into the cluster within 500 ms',
    );
    expect(isServing).toBe(false);
    await Promise.all([first, cluster.startBroker(2)]);
    // What was given up holds nothing any more.
    await Promise.all([lone.startBroker(1), lone.startBroker(2)]);
    await lone.close();
  });

  test('may be stopped while it waits', async () => {
    await addVoters();
    const stopping = new AbortController();
    const started = cluster.startBroker(1, { signal: stopping.signal });
    stopping.abort();
    await expect(started).rejects.toThrow('The start was given up.');
    await Promise.all([1, 2].map((id) => cluster.startBroker(id)));
  });

  test('ends in good time when it is closed', async () => {
    await cluster.start(3);
    await cluster.createTopic('orders');
    await cluster.kill(1);
    await cluster.kill(2);
    const begunMs = performance.now();
    await cluster.stopBroker(3);
    expect(performance.now() - begunMs).toBeLessThan(5000);
  });
});

describe('nodes that do not belong', () => {
  beforeEach(() => cluster.start(3));

  /** Starts a node that knows where the controllers are; it must fail for the reason. */
  async function refused(settings: Readonly<Record<string, string>>, reason: string): Promise<void> {
    await cluster.add(9, { isVoter: false });
    const before = await cluster.describeQuorum(1);
    const started = cluster.startBroker(9, {
      settings: {
        'initial.broker.registration.timeout.ms': '3000',
        'odradek.initial.controllers': '',
        'controller.quorum.bootstrap.servers': cluster.bootstrapServers,
        ...settings,
      },
    });
    await expect(started).rejects.toThrow(reason);
    expect((await cluster.describeQuorum(1))?.leaderEpoch).toBe(before?.leaderEpoch);
    await cluster.createTopic('orders', { replicas: [[1, 2, 3]] });
    expect(await inSync('orders', 1)).toHaveLength(3);
  }

  test('one of another cluster', () =>
    refused({ 'odradek.cluster.id': 'OTHERAAAAAAAAAAAAAAAAQ' }, 'No controller has taken broker 9'));

  test('one that has the id of a broker that runs', async () => {
    const leader = (await cluster.describeQuorum(1))?.leaderId;
    const [taken = -1] = [1, 2, 3].filter((id) => id !== leader);
    await refused({ 'node.id': `${taken}` }, 'DUPLICATE_BROKER_REGISTRATION');
  });

  test('one that has the id of the controller', async () => {
    const leader = (await cluster.describeQuorum(1))?.leaderId;
    await refused({ 'node.id': `${leader}` }, `No controller has taken broker ${leader}`);
  });
});

describe('a cluster that is', () => {
  test('stopped as a whole starts again with all it had', async () => {
    await cluster.start(3);
    await cluster.createTopic('orders');
    await produce('orders', 1, 'one');
    const begunMs = performance.now();
    await Promise.all([1, 2, 3].map((id) => cluster.stopBroker(id)));
    expect(performance.now() - begunMs).toBeLessThan(5000);
    await Promise.all([1, 2, 3].map((id) => cluster.startBroker(id)));
    await produce('orders', 2, 'two');
    expect(await allValues('orders', 3)).toEqual(['one', 'two']);
  });

  test('killed as a whole starts again with all it had', async () => {
    await cluster.start(3);
    await cluster.createTopic('orders');
    await produce('orders', 1, 'one');
    for (const id of [1, 2, 3]) await cluster.kill(id);
    await Promise.all([1, 2, 3].map((id) => cluster.startBroker(id)));
    await produce('orders', 2, 'two');
    expect(await allValues('orders', 3)).toEqual(['one', 'two']);
  });

  test('restarted broker by broker, again and again, loses nothing', async () => {
    await cluster.start(3);
    await cluster.createTopic('orders', { replicas: [[1, 2, 3]] });
    const acknowledged: string[] = [];
    for (let round = 0; round < 6; round++) {
      const id = (round % 3) + 1;
      const [other = -1] = cluster.running.filter((one) => one !== id);
      if (round % 2 === 0) await cluster.kill(id);
      else await cluster.stopBroker(id);
      await produce('orders', other, `without ${id}, round ${round}`);
      acknowledged.push(`without ${id}, round ${round}`);
      await cluster.startBroker(id);
      await until('all are in sync', async () => (await inSync('orders', id)).length === 3);
    }
    expect(await allValues('orders', 1)).toEqual(acknowledged);
  });

  test('joined by a broker that does not vote gives it its part', async () => {
    await cluster.start(3);
    await cluster.add(4, { isVoter: false });
    await cluster.startBroker(4);
    const quorum = await cluster.describeQuorum(4);
    expect(quorum?.currentVoters.map(({ replicaId }) => replicaId).sort()).toEqual([1, 2, 3]);
    expect(quorum?.observers.map(({ replicaId }) => replicaId)).toEqual([4]);
    await cluster.createTopic('orders', { via: 4, replicas: [[4, 1]] });
    await produce('orders', 4, 'one');
    expect(await allValues('orders', 2)).toEqual(['one']);
    await cluster.kill(4);
    await produce('orders', 2, 'two');
    await cluster.startBroker(4);
    await until('it is in sync', async () => (await inSync('orders', 4)).length === 2);
  });
});
