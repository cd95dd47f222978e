import net from 'node:net';
import {
  type Listener,
  type Network,
  NetworkError,
  type Socket,
  type SocketAddress,
  type SocketEvents,
} from './network.ts';

/** TCP of the operating system, without Nagle's delay. */
export const nodeNetwork: Network = { listen, connect };

function listen(address: SocketAddress, onConnection: (socket: Socket) => void): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const server = net.createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (socket) =>
      onConnection(new NodeSocket(socket)),
    );
    // Before it listens an error is the caller's; later ones (no descriptor left to accept with) pass.
    server.on('error', (error) => reject(networkError(error)));
    server.listen({ host: address.host, port: address.port }, () => {
      const bound = server.address();
      const port = typeof bound === 'object' && bound !== null ? bound.port : address.port;
      resolve({ address: { host: address.host, port }, close: () => closeServer(server) });
    });
  });
}

/** Resolves when the port is free again; does not wait for open connections, which `server.close` would. */
function closeServer(server: net.Server): Promise<void> {
  server.close();
  return new Promise((resolve) => setImmediate(resolve));
}

function connect(address: SocketAddress): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({
      host: address.host,
      port: address.port,
      allowHalfOpen: true,
      noDelay: true,
    });
    const onError = (error: Error) => reject(networkError(error));
    socket.once('error', onError);
    socket.once('connect', () => {
      const connected = new NodeSocket(socket);
      socket.off('error', onError);
      resolve(connected);
    });
  });
}

class NodeSocket implements Socket {
  readonly remote: SocketAddress;
  readonly local: SocketAddress;
  readonly #socket: net.Socket;
  #error: NetworkError | null = null;

  constructor(socket: net.Socket) {
    this.#socket = socket;
    this.remote = { host: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
    this.local = { host: socket.localAddress ?? '', port: socket.localPort ?? 0 };
    // `close` follows every error and carries it to the owner, also one that came before `attach`.
    socket.on('error', (error) => {
      this.#error ??= networkError(error);
    });
  }

  attach(events: SocketEvents): void {
    const socket = this.#socket;
    socket.on('data', (chunk: Uint8Array) => events.data(chunk));
    socket.on('drain', () => events.drained());
    socket.on('end', () => events.ended());
    if (socket.closed) setImmediate(() => events.closed(this.#error));
    else socket.once('close', () => events.closed(this.#error));
    socket.resume();
  }

  write(buffers: readonly Uint8Array[]): boolean {
    const socket = this.#socket;
    if (socket.destroyed) return true;
    socket.cork();
    for (const buffer of buffers) socket.write(buffer);
    socket.uncork();
    return !socket.writableNeedDrain;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

function networkError(error: Error & { code?: string }): NetworkError {
  return new NetworkError(error.code ?? 'EIO', error.message, { cause: error });
}
