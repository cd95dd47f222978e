import { afterEach, beforeEach, describe, test } from 'vitest';
import { ErrorCode } from '../../src/protocol/errors.ts';
import { describeTopicPartitionsRequest } from '../../src/protocol/messages/describe-topic-partitions-request.ts';
import { describeTopicPartitionsResponse } from '../../src/protocol/messages/describe-topic-partitions-response.ts';
import { BrokerCluster, until } from './broker-cluster.ts';

/** The quorum is one node, which has no replica of the partition: those that have one come and go as they like. */
describe('eligible leader replicas of a partition whose brokers die one after the other (KIP-966)', () => {
  let cluster: BrokerCluster;
  beforeEach(async () => {
    cluster = new BrokerCluster({ 'min.insync.replicas': '2' });
    await cluster.add(1, { isVoter: true });
    await cluster.startBroker(1);
    for (const id of [2, 3]) {
      await cluster.add(id, { isVoter: false });
      await cluster.startBroker(id, {
        settings: { 'controller.quorum.bootstrap.servers': cluster.bootstrapServers },
      });
    }
    await cluster.createTopic('orders', { replicas: [[2, 3]] });
    await seen({ leader: 2, isr: [2, 3], eligible: [] });
    const asker = await cluster.asker(2);
    // The leader hears of it by the metadata, as everybody does.
    await until(
      'a record is acknowledged',
      async () => (await asker.produce('orders', 0, 'kept')) === ErrorCode.NONE,
    );
    await cluster.kill(3);
    await seen({ leader: 2, isr: [2], eligible: [3] });
  });
  afterEach(() => cluster.close());

  interface Partition {
    readonly leader: number;
    readonly isr: readonly number[];
    readonly eligible: readonly number[];
    readonly lastKnown?: readonly number[];
  }

  async function seen(wanted: Partition): Promise<void> {
    let last = '';
    const isSo = async () => {
      const client = await cluster.connect(1);
      const body = { topics: [{ name: 'orders' }] };
      const { topics } = await client.ask(
        describeTopicPartitionsRequest,
        describeTopicPartitionsResponse,
        body,
        0,
      );
      client.destroy();
      const found = topics[0]?.partitions[0];
      last = textOf({
        leader: found?.leaderId ?? -1,
        isr: found?.isrNodes ?? [],
        eligible: found?.eligibleLeaderReplicas ?? [],
        lastKnown: found?.lastKnownElr ?? [],
      });
      return last === textOf(wanted);
    };
    await until(`the partition is ${textOf(wanted)}`, isSo).catch((error: unknown) => {
      throw new Error(`it is ${last}`, { cause: error });
    });
  }

  function textOf({ leader, isr, eligible, lastKnown = [] }: Partition): string {
    return JSON.stringify({ leader, isr: isr.toSorted(), eligible: eligible.toSorted(), lastKnown });
  }

  function restart(id: number): Promise<void> {
    const settings = { 'controller.quorum.bootstrap.servers': cluster.bootstrapServers };
    return cluster.startBroker(id, { settings });
  }

  async function readFrom(id: number): Promise<void> {
    const asker = await cluster.asker(id);
    const isRead = async () => JSON.stringify(await asker.values('orders', 0)) === '["kept"]';
    await until('the record is there', isRead);
  }

  test('one that comes back after a kill may have lost records, and is waited past; the last leader is not', async () => {
    await cluster.kill(2);
    await seen({ leader: -1, isr: [], eligible: [2, 3], lastKnown: [2] });
    await restart(3);
    await seen({ leader: -1, isr: [], eligible: [2], lastKnown: [2] });
    await restart(2);
    await seen({ leader: 2, isr: [2, 3], eligible: [] });
    await readFrom(2);
  });

  test('one that was stopped in order is eligible still when it comes back', async () => {
    await restart(3);
    await seen({ leader: 2, isr: [2, 3], eligible: [] });
    await cluster.stopBroker(3);
    await seen({ leader: 2, isr: [2], eligible: [3] });
    await cluster.kill(2);
    await seen({ leader: -1, isr: [], eligible: [2, 3], lastKnown: [2] });
    await restart(3);
    await seen({ leader: 3, isr: [3], eligible: [2] });
    // What is committed is not known to be before enough are in sync.
    await restart(2);
    await seen({ leader: 3, isr: [2, 3], eligible: [] });
    await readFrom(3);
  });
});
