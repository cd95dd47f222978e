import { describe, expect, test } from 'vitest';
import { NODE_ID, startController } from '../../test/metadata/started-controller.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { NewTopic } from './create-topics.ts';

const ORDERS: NewTopic = {
  name: 'orders',
  numPartitions: 2,
  replicationFactor: 1,
  assignments: [],
  configs: [],
};
const COMMIT = { validateOnly: false };

/** Every write and flush that is not held has ended. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe('controller', () => {
  test('the first start publishes one step: features and this broker, ready', async () => {
    const { published, brokerEpoch, log } = await startController({ rack: 'r1' });
    expect(published).toHaveLength(1);
    expect(log.flushes).toBe(1);
    const [{ image } = { image: null }] = published;
    expect([...(image?.features.entries() ?? [])].sort()).toEqual([
      ['eligible.leader.replicas.version', 1],
      ['group.version', 1],
      ['kraft.version', 1],
      ['metadata.version', 30],
      ['transaction.version', 2],
    ]);
    expect(image?.brokers.get(NODE_ID)).toMatchObject({ epoch: brokerEpoch, isFenced: false, rack: 'r1' });
  });

  test('a topic is published before its creation is answered, and not before it is committed', async () => {
    const { controller, log, published } = await startController();
    log.hold();
    const creation = controller.createTopics([ORDERS], COMMIT);
    await settled();
    expect(controller.image.topicsByName.has('orders')).toBe(false);
    expect(published).toHaveLength(1);
    const before = creation.then(() => published.length);
    log.release();
    expect(await before).toBe(2);
    expect(published[1]?.delta.changedTopics.size).toBe(1);
  });

  test('operations build on one another before they are committed', async () => {
    const { controller } = await startController();
    const [first, second] = await Promise.all([
      controller.createTopics([ORDERS], COMMIT),
      controller.createTopics([ORDERS], COMMIT),
    ]);
    expect(first).toMatchObject({ kind: 'committed', response: [{ kind: 'created' }] });
    expect(second).toMatchObject({
      kind: 'committed',
      response: [{ kind: 'failed', errorCode: ErrorCode.TOPIC_ALREADY_EXISTS }],
    });
  });

  test('an answer that rests on uncommitted records waits for them', async () => {
    const { controller, log } = await startController();
    log.hold();
    let answered = false;
    void controller.createTopics([ORDERS], COMMIT);
    const repeated = controller.createTopics([ORDERS], COMMIT).then(() => {
      answered = true;
    });
    await settled();
    expect(answered).toBe(false);
    log.release();
    await repeated;
  });

  test('a commit publishes what it covers and nothing appended after it', async () => {
    const { controller, log } = await startController();
    log.hold();
    const first = controller.createTopics([ORDERS], COMMIT);
    await settled();
    const second = controller.createTopics([{ ...ORDERS, name: 'later' }], COMMIT);
    log.release();
    log.hold();
    await first;
    expect([...controller.image.topicsByName.keys()]).toEqual(['orders']);
    log.release();
    await second;
    expect(controller.image.topicsByName.size).toBe(2);
  });

  test('validate-only answers the same and changes nothing', async () => {
    const { controller, log } = await startController();
    const end = log.endOffset;
    const outcome = await controller.createTopics([ORDERS], { validateOnly: true });
    expect(outcome).toMatchObject({ response: [{ kind: 'created', numPartitions: 2 }] });
    expect(log.endOffset).toBe(end);
    expect(controller.image.topicsByName.size).toBe(0);
  });

  test('a restart finds what was committed, elects this broker anew and gives no producer id twice', async () => {
    const first = await startController();
    await first.controller.createTopics([ORDERS], COMMIT);
    const broker = { id: NODE_ID, epoch: first.brokerEpoch };
    const block = await first.controller.allocateProducerIds(broker);
    expect(block).toMatchObject({ response: { kind: 'allocated', firstId: 0, length: 1000 } });

    const second = await startController({ log: first.log.crash() });
    const orders = second.controller.image.topicsByName.get('orders');
    expect(orders?.id).toBe(first.controller.image.topicsByName.get('orders')?.id);
    expect(orders?.partitions.map(({ leader, leaderEpoch }) => [leader, leaderEpoch])).toEqual([
      // It left with its earlier incarnation and is let in with this one.
      [NODE_ID, 2],
      [NODE_ID, 2],
    ]);
    expect(second.published).toHaveLength(1);
    expect(second.published[0]?.delta.changedTopics.size).toBe(1);
    expect(await second.controller.allocateProducerIds(broker)).toMatchObject({
      response: { kind: 'refused', errorCode: ErrorCode.STALE_BROKER_EPOCH },
    });
    const next = await second.controller.allocateProducerIds({ id: NODE_ID, epoch: second.brokerEpoch });
    expect(next).toMatchObject({ response: { kind: 'allocated', firstId: 1000 } });
  });

  test('when the log breaks, requests learn that this is no controller any more', async () => {
    const { controller, log, stops } = await startController();
    log.breakAt(new Error('EIO'));
    expect(await controller.createTopics([ORDERS], COMMIT)).toEqual({ kind: 'not-controller' });
    expect(stops).toHaveLength(1);
    expect(await controller.createTopics([ORDERS], COMMIT)).toEqual({ kind: 'not-controller' });
    expect(controller.image.topicsByName.size).toBe(0);
  });

  test('a thousand topics are replayed in well under a second', async () => {
    const first = await startController();
    for (let index = 0; index < 1000; index += 100) {
      const topics = Array.from({ length: 100 }, (_, i) => ({ ...ORDERS, name: `t${index + i}` }));
      await first.controller.createTopics(topics, COMMIT);
    }
    const log = first.log.crash();
    // Of this thread: what else the machine is busy with does not count.
    const before = process.threadCpuUsage();
    const second = await startController({ log });
    expect(second.controller.image.topicsByName.size).toBe(1000);
    const { user, system } = process.threadCpuUsage(before);
    expect(user + system).toBeLessThan(1_000_000);
  });
});
