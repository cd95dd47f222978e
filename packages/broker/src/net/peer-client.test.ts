import net from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BrokerBed } from '../../test/wire/broker-bed.ts';
import { writeResponse } from '../protocol/message-header.ts';
import { describeClusterRequest } from '../protocol/messages/describe-cluster-request.ts';
import { describeClusterResponse } from '../protocol/messages/describe-cluster-response.ts';
import { Writer } from '../protocol/writer.ts';
import { NodeBufferPool } from '../runtime/node-buffer-pool.ts';
import { nodeClock } from '../runtime/node-clock.ts';
import { nodeNetwork } from '../runtime/node-network.ts';
import { frameOf } from './framing.ts';
import { PeerClient } from './peer-client.ts';

const exchange = {
  request: describeClusterRequest,
  response: describeClusterResponse,
  version: 1,
  body: { endpointType: 1 },
  timeoutMs: 5_000,
};

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

function clientOf(port: number, buffers = new NodeBufferPool()): PeerClient {
  const client = new PeerClient({
    network: nodeNetwork,
    clock: nodeClock,
    buffers,
    address: { host: '127.0.0.1', port },
    clientId: 'broker-2',
    maxResponseBytes: 1024 * 1024,
  });
  closers.push(() => client.close());
  return client;
}

/** A node that does with each connection what `serve` says. */
async function strangeNode(serve: (socket: net.Socket, connections: number) => void): Promise<number> {
  let connections = 0;
  const sockets: net.Socket[] = [];
  const server = net.createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    serve(socket, ++connections);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** The frame of an answer that is nothing but its header: correlation id and no tagged fields. */
function emptyAnswer(correlationId: number): Buffer {
  const frame = Buffer.alloc(9);
  frame.writeInt32BE(5, 0);
  frame.writeInt32BE(correlationId, 4);
  return frame;
}

function goodAnswer(correlationId: number): Buffer {
  const writer = new Writer();
  writeResponse(writer, describeClusterResponse, { apiVersion: exchange.version, correlationId }, {});
  return Buffer.concat(frameOf(writer.parts()));
}

describe('a real broker', () => {
  let bed: BrokerBed;
  beforeEach(async () => {
    bed = new BrokerBed();
    await bed.start();
  });
  afterEach(() => bed.remove());

  test('answers many requests on one connection, each with its own answer', async () => {
    const client = clientOf(bed.portOf('CONTROLLER'));
    const endpoints = [1, 2, 1, 2, 2];
    const answers = await Promise.all(
      endpoints.map((endpointType) => client.ask({ ...exchange, body: { endpointType } })),
    );
    // The CONTROLLER listener answers for controllers and refuses to answer for brokers.
    const errors = answers.map((answer) => answer.kind === 'answered' && answer.body.errorCode);
    expect(errors[1]).toBe(0);
    expect(errors).toEqual(endpoints.map((type) => errors[type - 1]));
    expect(errors[0]).not.toBe(errors[1]);
  });

  test('is asked again on a new connection after the old one was lost', async () => {
    const client = clientOf(bed.portOf('PLAINTEXT'));
    expect(await client.ask(exchange)).toMatchObject({ kind: 'answered' });
    const port = bed.portOf('PLAINTEXT');
    await bed.stop();
    expect(await client.ask(exchange)).toMatchObject({ kind: 'unanswered' });
    await bed.start({ listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:0` });
    expect(await client.ask(exchange)).toMatchObject({ kind: 'answered' });
  });
});

describe('a node that is not as it should be', () => {
  test('nobody listens', async () => {
    const port = await strangeNode(() => {});
    for (const close of closers.splice(0)) close();
    const answer = await clientOf(port).ask(exchange);
    expect(answer).toMatchObject({ kind: 'unanswered', reason: expect.stringContaining('ECONNREFUSED') });
  });

  test('it is silent: whoever asked later is not kept waiting, and the next connection is a new one', async () => {
    const port = await strangeNode((socket, connections) => {
      if (connections > 1) socket.on('data', () => socket.end());
    });
    const client = clientOf(port);
    const first = client.ask({ ...exchange, timeoutMs: 50 });
    const second = client.ask({ ...exchange, timeoutMs: 60_000 });
    const silence = { kind: 'unanswered', reason: 'no answer within 50 ms' };
    expect(await Promise.all([first, second])).toEqual([silence, silence]);
    expect(await client.ask(exchange)).toMatchObject({ reason: 'the other node closed the connection' });
  });

  const strange: readonly [string, (socket: net.Socket) => void, string][] = [
    ['answers another request', (socket) => socket.write(emptyAnswer(77)), 'belongs to another request'],
    ['answers with nothing', (socket) => socket.write(Buffer.alloc(4)), 'belongs to another request'],
    [
      'announces too much',
      (socket) => socket.write(Buffer.from([0x7f, 0, 0, 0])),
      'announces 2130706432 bytes',
    ],
    ['answers what cannot be read', (socket) => socket.write(emptyAnswer(0)), 'announced'],
    ['resets the connection', (socket) => socket.resetAndDestroy(), ''],
  ];

  test.each(strange)('it %s', async (_, answer, reason) => {
    const port = await strangeNode((socket) => socket.on('data', () => answer(socket)));
    expect(await clientOf(port).ask(exchange)).toMatchObject({
      kind: 'unanswered',
      reason: expect.stringContaining(reason),
    });
  });

  test('it answers what nobody asked for, and is heard no more', async () => {
    const ended = Promise.withResolvers<void>();
    const port = await strangeNode((socket) => {
      socket.on('close', () => ended.resolve());
      socket.on('data', () => socket.write(Buffer.concat([goodAnswer(0), goodAnswer(1)])));
    });
    expect(await clientOf(port).ask(exchange)).toMatchObject({ kind: 'answered' });
    await ended.promise;
  });

  test('it is slow: a bounded number of requests wait', async () => {
    const client = clientOf(await strangeNode(() => {}));
    const waiting = Array.from({ length: 64 }, () => client.ask({ ...exchange, timeoutMs: 60_000 }));
    expect(await client.ask(exchange)).toEqual({ kind: 'unanswered', reason: '64 requests wait already' });
    client.close();
    const closed = { kind: 'unanswered', reason: 'the channel is closed' };
    expect(await Promise.all(waiting)).toEqual(waiting.map(() => closed));
    expect(await client.ask(exchange)).toEqual(closed);
  });
});

test('the memory of an answer goes round once whoever asked lets go of it', async () => {
  const buffers = new NodeBufferPool();
  const writer = new Writer();
  writeResponse(
    writer,
    describeClusterResponse,
    { apiVersion: exchange.version, correlationId: 0 },
    { errorMessage: 'x'.repeat(20_000) },
  );
  const port = await strangeNode((socket) => socket.write(Buffer.concat(frameOf(writer.parts()))));
  const answer = await clientOf(port, buffers).ask(exchange);
  if (answer.kind === 'unanswered') throw new Error(answer.reason);
  expect(buffers.idleBytes).toBe(0);
  answer.letGo?.();
  expect(buffers.idleBytes).toBe(32 * 1024);
});
