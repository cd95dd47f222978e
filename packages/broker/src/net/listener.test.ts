import { expect, it } from 'vitest';
import type { RequestOutcome } from '../handlers/dispatch.ts';
import { silentLogger } from '../runtime/logger.ts';
import type { Network, Socket, SocketEvents } from '../runtime/network.ts';
import { NodeBufferPool } from '../runtime/node-buffer-pool.ts';
import { nodeClock } from '../runtime/node-clock.ts';
import type { RequestDispatch } from './connection.ts';
import { frameOf } from './framing.ts';
import { RequestListener } from './listener.ts';

class ScriptedSocket implements Socket {
  readonly remote;
  readonly local = { host: '127.0.0.1', port: 9092 };
  isDestroyed = false;
  answers = 0;
  events: SocketEvents | null = null;

  constructor(host: string) {
    this.remote = { host, port: 50_000 };
  }
  attach(events: SocketEvents): void {
    this.events = events;
  }
  write(): boolean {
    this.answers += 1;
    return true;
  }
  pause(): void {}
  resume(): void {}
  end(): void {
    this.destroy();
  }
  destroy(): void {
    if (this.isDestroyed) return;
    this.isDestroyed = true;
    this.events?.closed(null);
  }
}

const echo: RequestDispatch = {
  dispatch: (frame): RequestOutcome => ({ kind: 'response', parts: [frame] }),
  overlaps: () => false,
  letsGo: () => false,
  closed: () => {},
};

async function scene(limits = { maxConnections: 10, maxConnectionsPerIp: 10 }) {
  let accept: (socket: Socket) => void = () => {};
  let isListening = false;
  const network: Network = {
    async listen(address, onConnection) {
      accept = onConnection;
      isListening = true;
      return {
        address: { ...address, port: 9092 },
        close: async () => {
          isListening = false;
        },
      };
    },
    connect: () => Promise.reject(new Error('nobody connects from here')),
  };
  const listener = await RequestListener.open({
    network,
    buffers: new NodeBufferPool(),
    address: { host: '127.0.0.1', port: 0 },
    listenerName: 'PLAINTEXT',
    maxFrameBytes: 1000,
    maxInFlightBytes: 1000,
    maxIdleMs: -1,
    limits: () => limits,
    clock: nodeClock,
    logger: silentLogger,
  });
  const connect = (host = '127.0.0.1') => {
    const socket = new ScriptedSocket(host);
    accept(socket);
    return socket;
  };
  return { listener, connect, isListening: () => isListening };
}

function ask(socket: ScriptedSocket): void {
  for (const part of frameOf([Uint8Array.of(1)])) socket.events?.data(part);
}

it('tells the port that was bound', async () => {
  expect((await scene()).listener.address.port).toBe(9092);
});

it('lets clients connect before it answers', async () => {
  const { listener, connect } = await scene();
  const early = connect();
  expect(early.events).toBeNull();
  listener.start(echo);
  ask(early);
  expect(early.answers).toBe(1);
});

it('drops one connection more than max.connections, and takes another when one has gone', async () => {
  const { listener, connect } = await scene({ maxConnections: 2, maxConnectionsPerIp: 10 });
  listener.start(echo);
  const sockets = [connect(), connect(), connect()];
  expect(sockets.map(({ isDestroyed }) => isDestroyed)).toEqual([false, false, true]);
  sockets[0]?.destroy();
  expect(connect().isDestroyed).toBe(false);
});

it('says of each connection, by its number, that it is no more', async () => {
  const { listener, connect } = await scene();
  const closed: number[] = [];
  listener.start({ ...echo, closed: (connectionId) => closed.push(connectionId) });
  const [first, second] = [connect(), connect()];
  second?.destroy();
  first?.destroy();
  expect(closed).toEqual([2, 1]);
});

it('counts max.connections.per.ip for each address', async () => {
  const { listener, connect } = await scene({ maxConnections: 10, maxConnectionsPerIp: 1 });
  listener.start(echo);
  expect(connect('10.0.0.1').isDestroyed).toBe(false);
  expect(connect('10.0.0.1').isDestroyed).toBe(true);
  expect(connect('10.0.0.2').isDestroyed).toBe(false);
});

it('closes its connections, those too that it never answered', async () => {
  const started = await scene();
  started.listener.start(echo);
  const open = started.connect();
  await started.listener.close();
  expect([open.isDestroyed, started.isListening(), started.connect().isDestroyed]).toEqual([
    true,
    false,
    true,
  ]);
  const unstarted = await scene();
  const early = unstarted.connect();
  await unstarted.listener.close();
  expect(early.isDestroyed).toBe(true);
});
