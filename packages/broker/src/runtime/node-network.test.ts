import { expect, test } from 'vitest';
import { NetworkError, type Socket, type SocketEvents } from './network.ts';
import { nodeNetwork } from './node-network.ts';

const LOCAL = { host: '127.0.0.1', port: 0 };

/** Both ends of one connection. */
async function connectedPair(): Promise<{ client: Socket; server: Socket; close(): Promise<void> }> {
  const accepted = Promise.withResolvers<Socket>();
  const listener = await nodeNetwork.listen(LOCAL, accepted.resolve);
  const client = await nodeNetwork.connect(listener.address);
  return { client, server: await accepted.promise, close: () => listener.close() };
}

/** A socket's events as promises. */
function record(socket: Socket) {
  const received: Uint8Array[] = [];
  const ended = Promise.withResolvers<void>();
  const drained = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<NetworkError | null>();
  const events: SocketEvents = {
    data: (chunk) => received.push(Uint8Array.from(chunk)),
    drained: drained.resolve,
    ended: ended.resolve,
    closed: closed.resolve,
  };
  socket.attach(events);
  return { received, ended: ended.promise, drained: drained.promise, closed: closed.promise };
}

test('bytes sent before the receiver attaches are not lost, and a half-closed side still writes', async () => {
  const { client, server, close } = await connectedPair();
  const atClient = record(client);
  client.write([Buffer.from('one '), Buffer.from('two')]);
  client.end();
  const atServer = record(server);
  await atServer.ended;
  expect(Buffer.concat(atServer.received).toString()).toBe('one two');
  server.write([Buffer.from('answer')]);
  server.end();
  expect(await atClient.closed).toBeNull();
  expect(Buffer.concat(atClient.received).toString()).toBe('answer');
  await close();
});

test('a writer is told to wait while the reader is paused, and when to go on', async () => {
  const { client, server, close } = await connectedPair();
  const atServer = record(server);
  const atClient = record(client);
  server.pause();
  const block = new Uint8Array(1_000_000);
  let sent = 0;
  while (client.write([block])) sent += block.length;
  sent += block.length;
  server.resume();
  await atClient.drained;
  client.end();
  await atServer.ended;
  expect(atServer.received.reduce((sum, chunk) => sum + chunk.length, 0)).toBe(sent);
  server.destroy();
  await close();
});

test('a TCP port in use and a closed one are refused by name', async () => {
  const listener = await nodeNetwork.listen(LOCAL, () => {});
  await expect(nodeNetwork.listen(listener.address, () => {})).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await listener.close();
  const error = await nodeNetwork.connect(listener.address).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(NetworkError);
  expect(error).toMatchObject({ code: 'ECONNREFUSED' });
});
