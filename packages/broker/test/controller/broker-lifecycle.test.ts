import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SUPPORTED_FEATURES } from '../../src/controller/bootstrap.ts';
import { BrokerLifecycle } from '../../src/controller/broker-lifecycle.ts';
import { ErrorCode } from '../../src/protocol/errors.ts';
import type { PeerChannel } from '../../src/protocol/peer-channel.ts';
import { ManualClock } from '../coordination/manual-clock.ts';
import { silentLogger } from '../metadata/ports.ts';
import { CLUSTER_ID, directoryOf } from '../raft/test-nodes.ts';
import { type ControllerNode, ThreeControllers } from './three-controllers.ts';

/** Kafka's `broker.session.timeout.ms`. */
const SESSION_MS = 9000;

describe('brokers of three nodes', () => {
  let cluster: ThreeControllers;
  let brokers: Map<number, BrokerLifecycle>;
  let epochs: Map<number, number[]>;

  beforeEach(async () => {
    cluster = new ThreeControllers();
    epochs = new Map();
    await cluster.open();
    brokers = new Map(cluster.nodes.map((node) => [node.id, lifecycleOf(node)]));
  });

  afterEach(async () => {
    for (const broker of brokers.values()) broker.close();
    await cluster.close();
  });

  function lifecycleOf({ id, channel, controller }: ControllerNode): BrokerLifecycle {
    return new BrokerLifecycle({
      clock: cluster.clock,
      logger: silentLogger,
      controller: channel,
      registration: {
        brokerId: id,
        clusterId: CLUSTER_ID,
        incarnationId: `INCARNATION${id}`.padEnd(21, 'A').concat('Q'),
        listeners: [{ name: 'PLAINTEXT', host: 'host', port: 9090 + id, securityProtocol: 0 }],
        features: SUPPORTED_FEATURES,
        rack: null,
        logDirs: [directoryOf(id)],
      },
      heartbeatMs: 2000,
      sessionMs: SESSION_MS,
      metadataOffset: () => controller.image.offset,
      offlineDirectories: () => [],
      onRegistered: (epoch) => epochs.set(id, [...(epochs.get(id) ?? []), epoch]),
    });
  }

  function broker(id: number): BrokerLifecycle {
    const found = brokers.get(id);
    if (found === undefined) throw new Error(`no broker ${id}`);
    return found;
  }

  async function joined(): Promise<void> {
    const started = [...brokers.values()].map((one) => one.start());
    for (const one of brokers.values()) one.ready();
    await cluster.answered(Promise.all(started));
  }

  const isFenced = (at: ControllerNode, id: number) => at.controller.image.brokers.get(id)?.isFenced;

  async function wait(ms: number): Promise<void> {
    const untilMs = cluster.clock.nowMs + ms;
    await cluster.until(() => cluster.clock.nowMs >= untilMs);
  }

  test('all are let in, and stay so while they are heard of', async () => {
    await joined();
    await wait(20_000);
    const leader = await cluster.active();
    for (const [id, { state, brokerEpoch }] of brokers) {
      expect([state, isFenced(leader, id)]).toEqual(['running', false]);
      expect(epochs.get(id)).toEqual([brokerEpoch]);
    }
  });

  test('one that is cut off is fenced, and let in again under its epoch', async () => {
    await joined();
    const leader = await cluster.active();
    const cut = cluster.nodes.find((node) => node !== leader);
    if (cut === undefined) throw new Error('nobody to cut off');
    cut.isReachable = false;
    await cluster.until(() => isFenced(leader, cut.id) === true);
    cut.isReachable = true;
    const isIn = () =>
      cluster.nodes.some((node) => node.controller.isActive && isFenced(node, cut.id) === false);
    await cluster.until(isIn);
    expect(epochs.get(cut.id)).toHaveLength(1);
  });

  test('one whose connection is closed is fenced sooner than one that is only silent', async () => {
    await joined();
    const leader = await cluster.active();
    const gone = cluster.nodes.find((node) => node !== leader);
    if (gone === undefined) throw new Error('nobody to end');
    gone.isReachable = false;
    // As the listener tells it; here a node's connections have its number.
    leader.controller.connectionClosed(gone.id);
    const sinceMs = cluster.clock.nowMs;
    await cluster.until(() => isFenced(leader, gone.id) === true);
    const tookMs = cluster.clock.nowMs - sinceMs;
    expect(tookMs).toBeGreaterThanOrEqual(SESSION_MS / 2);
    expect(tookMs).toBeLessThan(SESSION_MS / 2 + 1000);
  });

  test('one that was taken out registers anew', async () => {
    await joined();
    const leader = await cluster.active();
    await cluster.answered(leader.controller.unregisterBroker(3));
    await cluster.until(() => epochs.get(3)?.length === 2 && broker(3).state === 'running');
    expect(leader.controller.image.brokers.get(3)?.epoch).toBe(broker(3).brokerEpoch);
  });

  test('one that stops hands over what it leads, and is let go when all know it', async () => {
    await joined();
    const leader = await cluster.active();
    const orders = {
      name: 'orders',
      numPartitions: -1,
      replicationFactor: -1,
      configs: [],
      assignments: [{ partitionIndex: 0, brokerIds: [3, 1] }],
    };
    await cluster.answered(leader.controller.createTopics([orders], { validateOnly: false }));
    await cluster.answered(broker(3).stop());
    expect(broker(3).state).toBe('stopped');
    const partition = leader.controller.image.topicsByName.get('orders')?.partitions[0];
    expect(partition).toMatchObject({ leader: 1, isr: [1] });
    expect(isFenced(leader, 3)).toBe(true);
  });

  test('one that cannot serve yet is registered, and let in when it can', async () => {
    const started = broker(1).start();
    const leader = await cluster.active();
    await cluster.until(() => broker(1).state === 'fenced' && isFenced(leader, 1) === true);
    await wait(5000);
    expect(broker(1).state).toBe('fenced');
    broker(1).ready();
    await cluster.answered(started);
    expect(isFenced(leader, 1)).toBe(false);
  });

  test('who waits for a broker that is closed waits no longer', async () => {
    for (const node of cluster.nodes) node.isReachable = false;
    const started = broker(1).start();
    broker(1).close();
    await started;
    await broker(1).stop();
    expect(broker(1).state).toBe('starting');
  });
});

test('a registration that is long in coming is waited for, and not begun anew', async () => {
  const clock = new ManualClock();
  let asked = 0;
  const slow: PeerChannel = {
    ask: ({ timeoutMs }) => {
      asked += 1;
      return new Promise((resolve) => {
        const answer = { errorCode: ErrorCode.NONE, brokerEpoch: 7 } as never;
        clock.after(3000, () => resolve({ kind: 'answered', body: answer }));
        clock.after(timeoutMs, () => resolve({ kind: 'unanswered', reason: 'too late' }));
      });
    },
  };
  const registration = { brokerId: 1, incarnationId: 'INCARNATION1AAAAAAAAAQ', logDirs: [directoryOf(1)] };
  const broker = new BrokerLifecycle({
    ...{ clock, logger: silentLogger, controller: slow, registration, heartbeatMs: 200, sessionMs: 9000 },
    metadataOffset: () => 0,
    offlineDirectories: () => [],
    onRegistered: () => {},
  });
  void broker.start();
  await clock.advance(3100);
  expect(broker.brokerEpoch).toBe(7);
  expect(asked).toBe(1);
  broker.close();
});
