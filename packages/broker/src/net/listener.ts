import type { BufferPool } from '../runtime/buffer-pool.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Network, Socket, SocketAddress } from '../runtime/network.ts';
import { ANONYMOUS } from '../security/principal.ts';
import { Connection, type RequestDispatch, type Traffic } from './connection.ts';

/** One connection more is dropped at once. */
export interface ConnectionLimits {
  /** `max.connections`. */
  readonly maxConnections: number;
  /** `max.connections.per.ip`. */
  readonly maxConnectionsPerIp: number;
}

export interface ListenerCounts extends Readonly<Traffic> {
  readonly openConnections: number;
  readonly madeConnections: number;
}

export interface RequestListenerOptions {
  readonly network: Network;
  readonly buffers: BufferPool;
  readonly address: SocketAddress;
  /** As named in `listeners`; it decides which APIs are answered. */
  readonly listenerName: string;
  readonly maxFrameBytes: number;
  readonly maxInFlightBytes: number;
  readonly maxIdleMs: number;
  readonly limits: () => ConnectionLimits;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How long open connections may take to get their last answers when the listener closes. */
const CLOSE_TIMEOUT_MS = 1000;

/** One listening TCP port with the connections that came by it. */
export class RequestListener {
  readonly #options: RequestListenerOptions;
  readonly #connections = new Map<number, Connection>();
  readonly #traffic: Traffic = { receivedBytes: 0, sentBytes: 0 };
  #nextConnectionId = 1;
  #stop: () => Promise<void> = async () => {};
  #address: SocketAddress;
  readonly #connectionsByHost = new Map<string, number>();
  /** Sockets that came before `start`. */
  readonly #early: Socket[] = [];
  #dispatch: RequestDispatch | null = null;
  #closed: Promise<void> | null = null;
  #onEmpty: () => void = () => {};

  private constructor(options: RequestListenerOptions) {
    this.#options = options;
    this.#address = options.address;
  }

  /**
   * Binds and listens; clients may connect from here on, their requests wait for `start`. Rejects with a
   * `NetworkError` (`EADDRINUSE` …).
   */
  static async open(options: RequestListenerOptions): Promise<RequestListener> {
    const listener = new RequestListener(options);
    const bound = await options.network.listen(options.address, (socket) => listener.#accept(socket));
    listener.#address = bound.address;
    listener.#stop = () => bound.close();
    return listener;
  }

  /** The address that was bound, with the real port. */
  get address(): SocketAddress {
    return this.#address;
  }

  /** What has come and gone so far, and what is open. */
  get counts(): ListenerCounts {
    const made = this.#nextConnectionId - 1;
    return { ...this.#traffic, openConnections: this.#connections.size, madeConnections: made };
  }

  /** Begins to answer. */
  start(dispatch: RequestDispatch): void {
    this.#dispatch = dispatch;
    for (const socket of this.#early.splice(0)) this.#connect(socket, dispatch);
  }

  /** Stops accepting, lets each connection send the answers under way for a moment, then drops what is left. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.#stop();
    for (const socket of this.#early.splice(0)) socket.destroy();
    if (this.#connections.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer: Timer = this.#options.clock.after(CLOSE_TIMEOUT_MS, () => {
        for (const connection of this.#connections.values()) connection.destroy();
      });
      this.#onEmpty = () => {
        timer.cancel();
        resolve();
      };
      for (const connection of [...this.#connections.values()]) connection.end();
    });
  }

  #accept(socket: Socket): void {
    const refusal = this.#refusalFor(socket.remote.host);
    if (refusal !== null) {
      this.#options.logger.warn(
        { listener: this.#options.listenerName, client: socket.remote.host },
        refusal,
      );
      socket.destroy();
    } else if (this.#dispatch === null) {
      this.#early.push(socket);
    } else {
      this.#connect(socket, this.#dispatch);
    }
  }

  #refusalFor(host: string): string | null {
    if (this.#closed !== null) return 'dropping a connection: the broker is stopping';
    const { maxConnections, maxConnectionsPerIp } = this.#options.limits();
    if (this.#connections.size + this.#early.length >= maxConnections) {
      return 'dropping a connection: max.connections are open';
    }
    if ((this.#connectionsByHost.get(host) ?? 0) >= maxConnectionsPerIp) {
      return 'dropping a connection: max.connections.per.ip are open';
    }
    return null;
  }

  #connect(socket: Socket, dispatch: RequestDispatch): void {
    const { listenerName, buffers, maxFrameBytes, maxInFlightBytes, maxIdleMs, clock, logger } =
      this.#options;
    const connectionId = this.#nextConnectionId;
    this.#nextConnectionId += 1;
    const clientHost = socket.remote.host;
    this.#connectionsByHost.set(clientHost, (this.#connectionsByHost.get(clientHost) ?? 0) + 1);
    const connection = new Connection({
      socket,
      buffers,
      dispatch,
      origin: { connectionId, listenerName, clientHost, principal: ANONYMOUS },
      maxFrameBytes,
      maxInFlightBytes,
      maxIdleMs,
      clock,
      logger,
      traffic: this.#traffic,
      onClosed: () => this.#disconnected(connectionId, clientHost),
    });
    this.#connections.set(connectionId, connection);
  }

  #disconnected(connectionId: number, clientHost: string): void {
    this.#connections.delete(connectionId);
    this.#dispatch?.closed(connectionId);
    const left = (this.#connectionsByHost.get(clientHost) ?? 1) - 1;
    if (left > 0) this.#connectionsByHost.set(clientHost, left);
    else this.#connectionsByHost.delete(clientHost);
    if (this.#connections.size === 0) this.#onEmpty();
  }
}
