import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ErrorCode } from '../../src/protocol/errors.ts';
import { BrokerCluster, until } from './broker-cluster.ts';

/* A bad place in one file of one replica: its disk is as good as ever, so that no log directory goes offline. */

describe('a replica whose records are not as they were written', () => {
  let cluster: BrokerCluster;
  beforeEach(async () => {
    cluster = new BrokerCluster({ 'min.insync.replicas': '2' });
    await cluster.start(3);
    for (const topic of ['orders', 'others']) await cluster.createTopic(topic, { replicas: [[1, 2, 3]] });
    const asker = await cluster.asker(1);
    await until(
      'a record is acknowledged',
      async () => (await asker.produce('orders', 0, 'kept')) === ErrorCode.NONE,
    );
    // Whoever reads it after a start reads it from its file.
    for (const id of [3, 2, 1]) await cluster.stopBroker(id);
  });
  afterEach(() => cluster.close());

  function startAll() {
    return Promise.all([1, 2, 3].map((id) => cluster.startBroker(id)));
  }

  function fileOf(id: number): string {
    return path.join(cluster.directory, `broker-${id}`, 'orders-0', '00000000000000000000.log');
  }

  /** What the metadata of a broker says of the topic's partition, once it is so. */
  async function seen(
    via: number,
    what: string,
    isSo: (partition: Told) => boolean,
    topic = 'orders',
  ): Promise<Told> {
    const asker = await cluster.asker(via);
    let last: Told | undefined;
    await until(what, async () => {
      const [partition] = await asker.metadata(topic);
      last = partition && {
        leader: partition.leaderId,
        isr: partition.isrNodes.toSorted(),
        offline: partition.offlineReplicas,
      };
      return last !== undefined && isSo(last);
    }).catch((error: unknown) => {
      throw new Error(`it is ${JSON.stringify(last)}`, { cause: error });
    });
    if (last === undefined) throw new Error('nobody has told');
    return last;
  }

  const whole = (partition: Told) => partition.leader > 0 && partition.isr.length === 3;

  interface Told {
    readonly leader: number;
    readonly isr: readonly number[];
    readonly offline: readonly number[];
  }

  test('leads no longer when that is found; without its files it begins anew', async () => {
    await startAll();
    const { leader: damaged } = await seen(1, 'all are in sync', whole);
    const bytes = fs.readFileSync(fileOf(damaged));
    const last = bytes.length - 2;
    bytes[last] = (bytes[last] ?? 0) ^ 0xff;
    fs.writeFileSync(fileOf(damaged), bytes);

    expect(await (await cluster.asker(damaged)).values('orders', 0)).toBe(ErrorCode.KAFKA_STORAGE_ERROR);

    const hasMoved = ({ leader, isr }: Told) => leader > 0 && leader !== damaged && !isr.includes(damaged);
    const after = await seen(damaged, 'another leads', hasMoved);
    expect(after.offline).toEqual([damaged]);
    await seen(after.leader, 'the new leader has heard of it', hasMoved);
    const asker = await cluster.asker(after.leader);
    await until('a record is acknowledged', async () => (await asker.produce('orders', 0, 'more')) === 0);
    expect(await asker.allValues('orders', 0)).toEqual(['kept', 'more']);

    await cluster.stopBroker(damaged);
    await cluster.startBroker(damaged);
    expect(await seen(damaged, 'it is not there', ({ leader }) => leader > 0)).toMatchObject({
      offline: [damaged],
    });

    await cluster.stopBroker(damaged);
    fs.rmSync(path.dirname(fileOf(damaged)), { recursive: true });
    await cluster.startBroker(damaged);
    await seen(damaged, 'all are in sync', whole);
    expect(fs.readFileSync(fileOf(damaged))).toEqual(fs.readFileSync(fileOf(after.leader)));
  });

  test('that cannot be opened leads nothing, and another in-sync one does', async () => {
    fs.truncateSync(fileOf(1), 10);
    await startAll();
    // Its broker is there, and in sync where nothing is damaged.
    await seen(3, 'the other topic is whole', whole, 'others');
    const isLost = ({ leader, offline }: Told) => leader > 1 && offline.includes(1);
    const { leader, isr } = await seen(3, 'another leads', isLost);
    expect(isr).not.toContain(1);
    await seen(leader, 'the new leader has heard of it', isLost);
    expect(await (await cluster.asker(leader)).allValues('orders', 0)).toEqual(['kept']);
  });
});
