import net from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { isFreePort, nextFreePorts, portOwner } from './tcp-port.ts';

let servers: net.Server[] = [];
afterEach(() => {
  for (const server of servers) server.close();
  servers = [];
});

async function listen(port = 0): Promise<number> {
  const server = net.createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

it('finds the next run of free ports behind one that is taken', async () => {
  const taken = await listen();
  expect(await isFreePort(taken)).toBe(false);
  expect(await nextFreePorts(taken, 2)).toBeGreaterThan(taken);
});

it('gives up where no port is left', async () => {
  expect(await nextFreePorts(65_535, 2)).toBeNull();
});

it.runIf(process.platform === 'linux')('names the process that listens on a port', async () => {
  const taken = await listen();
  expect(portOwner(taken)).toContain(`(process ${process.pid})`);
});

it.runIf(process.platform === 'linux')('names nobody for a port on which nothing listens', async () => {
  const port = await listen();
  servers.pop()?.close();
  expect(portOwner(port)).toBeNull();
});
