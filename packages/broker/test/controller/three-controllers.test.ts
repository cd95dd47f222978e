import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SUPPORTED_FEATURES } from '../../src/controller/bootstrap.ts';
import { ErrorCode } from '../../src/protocol/errors.ts';
import { brokerHeartbeatRequest } from '../../src/protocol/messages/broker-heartbeat-request.ts';
import { brokerHeartbeatResponse } from '../../src/protocol/messages/broker-heartbeat-response.ts';
import { brokerRegistrationRequest } from '../../src/protocol/messages/broker-registration-request.ts';
import { brokerRegistrationResponse } from '../../src/protocol/messages/broker-registration-response.ts';
import { CLUSTER_ID, directoryOf } from '../raft/test-nodes.ts';
import { type ControllerNode, IDS, ThreeControllers } from './three-controllers.ts';

const COMMIT = { validateOnly: false };
const topic = (name: string, replicas: readonly number[]) => ({
  name,
  numPartitions: -1,
  replicationFactor: -1,
  configs: [],
  assignments: [{ partitionIndex: 0, brokerIds: replicas }],
});

describe('three controllers over the wire', () => {
  let cluster: ThreeControllers;

  beforeEach(async () => {
    cluster = new ThreeControllers({ 'unclean.leader.election.interval.ms': '60000' });
    await cluster.open();
  });

  afterEach(() => cluster.close());

  async function register({ id, channel }: ControllerNode): Promise<number> {
    const answer = await cluster.answered(
      channel.ask({
        request: brokerRegistrationRequest,
        response: brokerRegistrationResponse,
        version: 4,
        timeoutMs: 20_000,
        body: {
          brokerId: id,
          clusterId: CLUSTER_ID,
          incarnationId: `INCARNATION${id}`.padEnd(21, 'A').concat('Q'),
          listeners: [{ name: 'PLAINTEXT', host: 'host', port: 9090 + id, securityProtocol: 0 }],
          features: SUPPORTED_FEATURES,
          rack: null,
          logDirs: [directoryOf(id)],
        },
      }),
    );
    if (answer.kind === 'unanswered') throw new Error(answer.reason);
    expect(answer.body.errorCode).toBe(ErrorCode.NONE);
    return answer.body.brokerEpoch;
  }

  function beat({ id, channel, controller }: ControllerNode, brokerEpoch: number) {
    return channel.ask({
      request: brokerHeartbeatRequest,
      response: brokerHeartbeatResponse,
      version: 1,
      timeoutMs: 4500,
      body: { brokerId: id, brokerEpoch, currentMetadataOffset: controller.image.offset },
    });
  }

  /** Registers all brokers, each through whoever leads, and lets them in. */
  async function joined(): Promise<ReadonlyMap<number, number>> {
    const epochs = new Map<number, number>();
    for (const node of cluster.nodes) epochs.set(node.id, await register(node));
    for (const [id, epoch] of epochs) {
      await cluster.until(() => cluster.node(id).controller.image.offset >= epoch);
      await cluster.answered(beat(cluster.node(id), epoch));
    }
    const areIn = () =>
      cluster.nodes.every(({ controller }) => active(controller.image.brokers.values()) === 3);
    await cluster.until(areIn);
    return epochs;
  }

  function active(brokers: Iterable<{ readonly isFenced: boolean }>): number {
    return [...brokers].filter(({ isFenced }) => !isFenced).length;
  }

  const partition = ({ controller }: ControllerNode, name = 'orders') =>
    controller.image.topicsByName.get(name)?.partitions[0];

  test('brokers join through any node, and every node comes to the same image', async () => {
    await joined();
    const leader = await cluster.active();
    const created = await cluster.answered(leader.controller.createTopics([topic('orders', [2, 3])], COMMIT));
    expect(created).toMatchObject({ kind: 'committed', response: [{ kind: 'created' }] });
    await cluster.until(() => cluster.nodes.every((node) => partition(node) !== undefined));
    const told = cluster.nodes.map(({ controller }) => [
      controller.image.offset,
      [...controller.image.brokers.values()],
      [...controller.image.topicsByName.values()],
    ]);
    expect(told[1]).toEqual(told[0]);
    expect(told[2]).toEqual(told[0]);
    const others = cluster.nodes.filter((node) => node !== leader);
    for (const { controller } of others) {
      expect(await controller.createTopics([topic('b', [1])], COMMIT)).toEqual({ kind: 'not-controller' });
    }
  });

  test('what a leader that is cut off decides is not answered as committed, and is gone when it is back', async () => {
    await joined();
    const first = await cluster.active();
    first.isReachable = false;
    const lost = first.controller.createTopics([topic('lost', [1])], COMMIT);
    expect(first.controller.image.topicsByName.has('lost')).toBe(false);
    const second = await cluster.active();
    expect(second.id).not.toBe(first.id);
    await cluster.answered(second.controller.createTopics([topic('kept', [1])], COMMIT));
    first.isReachable = true;
    await cluster.until(() => first.controller.image.topicsByName.has('kept'));
    expect([...first.controller.image.topicsByName.keys()]).toEqual(['kept']);
    expect(await cluster.answered(lost)).toEqual({ kind: 'not-controller' });
    const offsets = first.published.map(({ offset }) => offset);
    expect(offsets).toEqual([...offsets].sort((left, right) => left - right));
    expect(new Set(offsets).size).toBe(offsets.length);
  });

  test('a leader that loses its office answers what its successor has committed of its decisions', async () => {
    await joined();
    const first = await cluster.active();
    const others = cluster.nodes.filter((node) => node !== first);
    // They have the records and have yet to flush them: nobody tells the leader that there is a majority.
    for (const { log } of others) log.hold();
    const { endOffset } = first.log;
    const made = first.controller.createTopics([topic('made', [1])], COMMIT);
    await cluster.until(() => others.every(({ log }) => log.endOffset > endOffset));
    first.isReachable = false;
    const unseen = first.controller.createTopics([topic('unseen', [1])], COMMIT);
    for (const { log } of others) log.release();
    await cluster.until(() => others.some(({ controller }) => controller.isActive));
    first.isReachable = true;
    expect(await cluster.answered(made)).toMatchObject({
      kind: 'committed',
      response: [{ kind: 'created' }],
    });
    expect(first.controller.isActive).toBe(false);
    expect([...first.controller.image.topicsByName.keys()]).toEqual(['made']);
    expect(await cluster.answered(unseen)).toEqual({ kind: 'not-controller' });
  });

  test('a leader that is cut off for good gives up what it decided', async () => {
    await joined();
    const first = await cluster.active();
    first.isReachable = false;
    const lost = first.controller.createTopics([topic('lost', [1])], COMMIT);
    await cluster.until(() => !first.controller.isActive);
    for (let waitedMs = 0; waitedMs < 30_000; waitedMs += 100) cluster.clock.advance(100);
    expect(await cluster.answered(lost)).toEqual({ kind: 'not-controller' });
  });

  test('the next leader gives the one before it what is left of its session, and then leads away from it', async () => {
    const epochs = await joined();
    const first = await cluster.active();
    const survivors = IDS.filter((id) => id !== first.id);
    const [heir] = survivors;
    if (heir === undefined) throw new Error('nobody survives');
    const replicas = [first.id, heir];
    await cluster.answered(first.controller.createTopics([topic('orders', replicas)], COMMIT));
    first.isReachable = false;
    const second = await cluster.active();
    await cluster.until(() => partition(second) !== undefined);
    const beganMs = cluster.clock.nowMs;
    expect(partition(second)?.leader).toBe(first.id);
    const beats = async () => {
      for (const id of survivors) await cluster.answered(beat(cluster.node(id), epochs.get(id) ?? -1));
    };
    while (partition(second)?.leader === first.id && cluster.clock.nowMs - beganMs < 20_000) {
      await beats();
      const nextMs = cluster.clock.nowMs + 1000;
      await cluster.until(() => cluster.clock.nowMs >= nextMs);
    }
    expect(partition(second)).toMatchObject({ leader: heir, isr: [heir] });
    // Of nine seconds, two of which it took to give the leader up.
    expect(cluster.clock.nowMs - beganMs).toBeGreaterThan(6000);
    expect(cluster.clock.nowMs - beganMs).toBeLessThan(8000);
    expect(second.controller.image.brokers.get(first.id)?.isFenced).toBe(true);
    for (const id of survivors) expect(second.controller.image.brokers.get(id)?.isFenced).toBe(false);
  });

  test('the next controller gives no producer id that the one before it gave', async () => {
    const epochs = await joined();
    const allocate = async ({ controller }: ControllerNode, id: number) => {
      const broker = { id, epoch: epochs.get(id) ?? -1 };
      const outcome = await cluster.answered(controller.allocateProducerIds(broker));
      if (outcome.kind !== 'committed' || outcome.response.kind !== 'allocated') throw new Error('refused');
      return outcome.response.firstId;
    };
    const first = await cluster.active();
    const others = IDS.filter((id) => id !== first.id);
    const given = [await allocate(first, first.id)];
    for (const id of others) given.push(await allocate(first, id));
    first.isReachable = false;
    const second = await cluster.active();
    for (const id of others) given.push(await allocate(second, id));
    expect(given).toEqual([0, 1000, 2000, 3000, 4000]);
  });

  test('an operator allows an unclean election, and whoever is alive leads', async () => {
    const epochs = await joined();
    const leader = await cluster.active();
    const [away = 0, other = 0] = IDS.filter((id) => id !== leader.id);
    await cluster.answered(leader.controller.createTopics([topic('orders', [away, other])], COMMIT));
    const isr = [{ brokerId: away, brokerEpoch: epochs.get(away) ?? -1 }];
    const { leaderEpoch, partitionEpoch } = partition(leader) ?? { leaderEpoch: -1, partitionEpoch: -1 };
    const topicId = leader.controller.image.topicsByName.get('orders')?.id ?? '';
    const change = { topicId, partitionId: 0, leaderEpoch, partitionEpoch, isr, leaderRecoveryState: 0 };
    const asking = { id: away, epoch: epochs.get(away) ?? -1 };
    await cluster.answered(leader.controller.alterPartitions(asking, [change]));
    cluster.node(away).isReachable = false;
    const pass = async (ms: number): Promise<void> => {
      for (const untilMs = cluster.clock.nowMs + ms; cluster.clock.nowMs < untilMs; ) {
        await cluster.answered(beat(cluster.node(other), epochs.get(other) ?? -1));
        const nextMs = cluster.clock.nowMs + 3000;
        await cluster.until(() => cluster.clock.nowMs >= nextMs);
      }
    };
    await pass(15_000);
    expect(partition(leader)).toMatchObject({ leader: -1, isr: [], eligibleLeaderReplicas: [away] });
    const operations = new Map([
      ['unclean.leader.election.enable', { operation: 'SET', value: 'true' } as const],
    ]);
    const resource = { type: 2, name: 'orders' };
    await cluster.answered(leader.controller.changeConfigs([{ resource, operations }], COMMIT));
    await pass(60_000);
    expect(partition(leader)).toMatchObject({ leader: other, isr: [other], leaderRecoveryState: 1 });
  });

  test('a request that a silent controller does not answer is asked of the next one', async () => {
    const epochs = await joined();
    const first = await cluster.active();
    const asking = cluster.nodes.find((node) => node !== first);
    if (asking === undefined) throw new Error('no other node');
    first.isReachable = false;
    expect(asking.controller.quorum.state.leaderId).toBe(first.id);
    const answer = await cluster.answered(beat(asking, epochs.get(asking.id) ?? -1));
    expect(answer).toMatchObject({ kind: 'answered', body: { errorCode: 0, isFenced: false } });
    expect(asking.controller.quorum.state.leaderId).not.toBe(first.id);
  });

  test('a request to the controller waits for one, and gives up when its time is over', async () => {
    const epochs = await joined();
    const [node] = cluster.nodes;
    if (node === undefined) throw new Error('no node');
    for (const { isReachable, ...other } of cluster.nodes) {
      expect(isReachable).toBe(true);
      cluster.node(other.id).isReachable = false;
    }
    await cluster.until(() => cluster.nodes.every(({ controller }) => !controller.isActive));
    const given = await cluster.answered(beat(node, epochs.get(node.id) ?? -1));
    expect(given.kind).toBe('unanswered');
    const waiting = beat(node, epochs.get(node.id) ?? -1);
    for (const { id } of cluster.nodes) cluster.node(id).isReachable = true;
    expect(await cluster.answered(waiting)).toMatchObject({ kind: 'answered', body: { errorCode: 0 } });
  });
});
