import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import { expect, it } from 'vitest';
import { startCluster } from './embedded-cluster.ts';

const leftovers = () => fs.readdirSync(os.tmpdir()).filter((name) => name.startsWith('odradek-embedded-'));

it('serves on a free port of 127.0.0.1 and leaves nothing behind', async () => {
  const before = leftovers();
  const cluster = await startCluster();
  const [host, port] = cluster.bootstrap.split(':');
  expect(host).toBe('127.0.0.1');
  const socket = net.connect({ host: '127.0.0.1', port: Number(port) });
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  expect(leftovers()).not.toEqual(before);
  await cluster.close();
  socket.destroy();
  expect(leftovers()).toEqual(before);
});

it('refuses more than one broker, and a config that does not exist', async () => {
  const before = leftovers();
  await expect(startCluster({ brokers: 3 })).rejects.toThrow(RangeError);
  await expect(startCluster({ settings: { 'no.such.config': '1' } })).rejects.toThrow('no.such.config');
  expect(leftovers()).toEqual(before);
});
