import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedCluster, startCluster } from '@odradek/broker';
import { clusterList, groupDetail, paths } from '@odradek/contract';
import { Admin, Producer, stringSerializers } from '@platformatic/kafka';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LiveConsole } from './live-console.ts';

const patiently = { timeout: 20_000, interval: 100 };

const directory = mkdtempSync(join(tmpdir(), 'odradek-reconnect-'));
let bootstrap: string;
let cluster: EmbeddedCluster | null = null;
let console: LiveConsole;

beforeAll(async () => {
  bootstrap = `127.0.0.1:${await freePort()}`;
  console = new LiveConsole();
  await console.start({ bootstrap: [bootstrap] });
});

afterAll(async () => {
  await console.close();
  await cluster?.close();
  rmSync(directory, { recursive: true });
});

async function freePort(): Promise<number> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function startBroker(): Promise<void> {
  cluster = await startCluster({ directory, port: Number(bootstrap.split(':')[1]) });
}

async function clusterNow() {
  const { clusters } = await console.get(clusterList, paths.clusters());
  return clusters[0];
}

/** A record, and a commit behind it by someone who is not a member. */
async function writeAndCommit(offset: number): Promise<void> {
  const connection = { clientId: 'live', bootstrapBrokers: [bootstrap] };
  const producer = new Producer({ ...connection, serializers: stringSerializers });
  await producer.send({ messages: [{ topic: 'orders', partition: 0, value: `${offset}` }] });
  await producer.close();
  const admin = new Admin(connection);
  const partitionOffsets = [{ partition: 0, offset: BigInt(offset) }];
  await admin.alterConsumerGroupOffsets({ groupId: 'g', topics: [{ name: 'orders', partitionOffsets }] });
  await admin.close();
}

const committed = async () =>
  (await console.get(groupDetail, paths.group('live', 'g'))).partitions[0]?.committed ?? null;

describe('a console whose cluster comes and goes', () => {
  it('waits for a cluster that is not there yet, and says why', async () => {
    await expect.poll(clusterNow, patiently).toMatchObject({
      state: 'unreachable',
      checkedAt: null,
      reason: { kind: 'refused', address: bootstrap },
    });
    await startBroker();
    await expect.poll(clusterNow, patiently).toMatchObject({ state: 'reachable', reason: null });
  });

  it('keeps what it knew while the cluster is away, and goes on when it is back', async () => {
    const admin = new Admin({ clientId: 'live', bootstrapBrokers: [bootstrap] });
    await admin.createTopics({ topics: ['orders'], partitions: 1, replicas: 1 });
    await admin.close();
    await writeAndCommit(1);
    await expect.poll(committed, patiently).toBe(1);
    await cluster?.close();
    await expect.poll(clusterNow, patiently).toMatchObject({ state: 'unreachable' });
    expect(await committed()).toBe(1);
    await startBroker();
    await expect.poll(clusterNow, patiently).toMatchObject({ state: 'reachable', reason: null });
    await writeAndCommit(2);
    await expect.poll(committed, patiently).toBe(2);
  });
});
