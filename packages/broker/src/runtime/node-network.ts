import net from 'node:net';
import { uninitializedBytes } from './bytes.ts';
import {
  type Listener,
  type Network,
  NetworkError,
  type Socket,
  type SocketAddress,
  type SocketEvents,
} from './network.ts';
import { NodeBufferPool } from './node-buffer-pool.ts';

/** TCP of the operating system, without Nagle's delay. What was taken from `buffers` goes back there once sent. */
export function nodeNetworkOver(buffers: NodeBufferPool): Network {
  // One for all sockets to others, see `listen`.
  let readBuffer: Uint8Array | null = null;
  return {
    listen: (address, onConnection) => listen(address, onConnection, buffers),
    connect: (address) => {
      readBuffer ??= uninitializedBytes(READ_BUFFER_BYTES);
      return connect(address, buffers, readBuffer);
    },
  };
}

/** The same for those who send nothing large. */
export const nodeNetwork: Network = nodeNetworkOver(new NodeBufferPool());

/** Bytes that one read of a socket may bring. */
const READ_BUFFER_BYTES = 256 * 1024;

function listen(
  address: SocketAddress,
  onConnection: (socket: Socket) => void,
  buffers: NodeBufferPool,
): Promise<Listener> {
  // One for all sockets of the listener: each read is taken in before the next begins. Without it every read has
  // memory of its own, and freeing that takes a fifth of the CPU of a producer's request.
  const readBuffer = uninitializedBytes(READ_BUFFER_BYTES);
  return new Promise((resolve, reject) => {
    const server = net.createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (socket) =>
      onConnection(new NodeSocket(socket, buffers, readBuffer)),
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

function connect(address: SocketAddress, buffers: NodeBufferPool, readBuffer: Uint8Array): Promise<Socket> {
  return new Promise((resolve, reject) => {
    let connected: NodeSocket | null = null;
    const socket = net.connect({
      host: address.host,
      port: address.port,
      allowHalfOpen: true,
      noDelay: true,
      onread: {
        buffer: readBuffer,
        callback(count: number): boolean {
          connected?.received(readBuffer.subarray(0, count));
          return true;
        },
      },
    });
    const onError = (error: Error) => reject(networkError(error));
    socket.once('error', onError);
    socket.once('connect', () => {
      // What comes before somebody listens is waited with; see `attach`.
      socket.pause();
      connected = new NodeSocket(socket, buffers);
      socket.off('error', onError);
      resolve(connected);
    });
  });
}

class NodeSocket implements Socket {
  readonly remote: SocketAddress;
  readonly local: SocketAddress;
  readonly #buffers: NodeBufferPool;
  readonly #readBuffer: Uint8Array | null;
  #socket: net.Socket;
  #error: NetworkError | null = null;
  #events: SocketEvents | null = null;

  /** With the read buffer of an accepted socket; one that was connected has its own from the start. */
  constructor(socket: net.Socket, buffers: NodeBufferPool, readBuffer: Uint8Array | null = null) {
    this.#socket = socket;
    this.#buffers = buffers;
    this.#readBuffer = readBuffer;
    this.remote = { host: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
    this.local = { host: socket.localAddress ?? '', port: socket.localPort ?? 0 };
    this.#keepError(socket);
  }

  /** `close` follows every error and carries it to the owner, also one that came before `attach`. */
  #keepError(socket: net.Socket): void {
    socket.on('error', (error) => {
      this.#error ??= networkError(error);
    });
  }

  attach(events: SocketEvents): void {
    this.#events = events;
    this.#takeHandle();
    const socket = this.#socket;
    socket.on('drain', () => events.drained());
    socket.on('end', () => events.ended());
    if (socket.closed) setImmediate(() => events.closed(this.#error));
    else socket.once('close', () => events.closed(this.#error));
    socket.resume();
  }

  /**
   * Node lets only sockets that are made for it read into a given buffer, not those that a server accepts: such a
   * one is made here around the accepted socket's handle.
   */
  #takeHandle(): void {
    const accepted = this.#socket;
    const handle: unknown = Reflect.get(accepted, '_handle');
    const buffer = this.#readBuffer;
    if (buffer === null || accepted.destroyed || typeof handle !== 'object' || handle === null) return;
    Reflect.set(accepted, '_handle', null);
    const options = {
      handle,
      allowHalfOpen: true,
      onread: {
        buffer,
        callback: (count: number): boolean => {
          this.received(buffer.subarray(0, count));
          return true;
        },
      },
    };
    // The types know only handles that were bound by hand.
    this.#socket = Reflect.construct(net.Socket, [options]);
    this.#keepError(this.#socket);
  }

  /** Bytes that are gone when this returns. */
  received(bytes: Uint8Array): void {
    this.#events?.data(bytes);
  }

  write(buffers: readonly Uint8Array[]): boolean {
    const socket = this.#socket;
    if (socket.destroyed) return true;
    socket.cork();
    for (const buffer of buffers) {
      if (this.#buffers.owns(buffer)) socket.write(buffer, () => this.#buffers.release(buffer));
      else socket.write(buffer);
    }
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
