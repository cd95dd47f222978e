import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddedCluster, startCluster } from './embedded-cluster.ts';

const leftovers = () => fs.readdirSync(os.tmpdir()).filter((name) => name.startsWith('odradek-embedded-'));

let before: string[];
let directory: string;
beforeEach(() => {
  before = leftovers();
  directory = fs.mkdtempSync(join(os.tmpdir(), 'odradek-kept-'));
});
afterEach(() => {
  fs.rmSync(directory, { recursive: true, force: true });
  // Whatever came of it, nothing is left behind.
  expect(leftovers()).toEqual(before);
});

async function connected(port: number): Promise<net.Socket> {
  const socket = net.connect({ host: '127.0.0.1', port });
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return socket;
}

function portOf({ bootstrapServers }: EmbeddedCluster): number {
  return Number(/^127\.0\.0\.1:(\d+)$/.exec(bootstrapServers)?.[1]);
}

describe('startCluster', () => {
  it('serves on a free port of 127.0.0.1 until it is closed', async () => {
    const cluster = await startCluster();
    const socket = await connected(portOf(cluster));
    expect(leftovers()).not.toEqual(before);
    expect(cluster.brokers).toMatchObject([{ id: 1, state: 'running', port: portOf(cluster) }]);
    await cluster.close();
    socket.destroy();
    await expect(connected(portOf(cluster))).rejects.toThrow('ECONNREFUSED');
  });

  it('refuses a number of brokers that is none, and a config that does not exist', async () => {
    await expect(startCluster({ brokers: 0 })).rejects.toThrow(RangeError);
    await expect(startCluster({ settings: { 'no.such.config': '1' } })).rejects.toThrow('no.such.config');
  });

  it('refuses a port that is taken, and a directory that is in use', async () => {
    const cluster = await startCluster({ directory });
    await expect(startCluster({ directory })).rejects.toThrow(`${directory} is in use by process`);
    const port = portOf(cluster);
    await expect(startCluster({ port })).rejects.toThrow(`TCP port ${port} is in use`);
    await cluster.close();
  });

  it('finds its directory again, on the same port', async () => {
    const first = await startCluster({ directory });
    await first.close();
    const second = await startCluster({ directory });
    expect(second).toMatchObject({ clusterId: first.clusterId, bootstrapServers: first.bootstrapServers });
    await second.close();
  });

  it('kills a broker with all its connections and starts it again', async () => {
    const cluster = await startCluster();
    const socket = await connected(portOf(cluster));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.resume();
    await cluster.killBroker(1);
    await closed;
    expect(cluster.brokers[0]?.state).toBe('stopped');
    await expect(connected(portOf(cluster))).rejects.toThrow('ECONNREFUSED');
    await cluster.startBroker(1);
    (await connected(portOf(cluster))).destroy();
    await expect(cluster.killBroker(2)).rejects.toThrow('This cluster has no broker 2.');
    await cluster.close();
  });

  it('has brokers that go on while one of them is killed, stopped and started', async () => {
    const cluster = await startCluster({ brokers: 3 });
    expect(cluster.bootstrapServers.split(',')).toEqual(
      cluster.brokers.map(({ port }) => `127.0.0.1:${port}`),
    );
    const states = () => cluster.brokers.map(({ state }) => state);
    await cluster.killBroker(1);
    expect(states()).toEqual(['stopped', 'running', 'running']);
    // It is let in again by the two that are left: one of them leads, or has come to.
    await cluster.startBroker(1);
    await cluster.stopBroker(2);
    await cluster.startBroker(2);
    expect(states()).toEqual(['running', 'running', 'running']);
    await cluster.close();
  });
});
