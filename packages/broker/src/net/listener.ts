import type { Clock, Timer } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Network, Socket, SocketAddress } from '../runtime/network.ts';
import { ANONYMOUS } from '../security/principal.ts';
import { Connection, type RequestDispatch } from './connection.ts';

export interface RequestListenerOptions {
  readonly network: Network;
  readonly address: SocketAddress;
  /** As named in `listeners`; it decides which APIs are answered. */
  readonly listenerName: string;
  readonly dispatch: RequestDispatch;
  readonly maxFrameBytes: number;
  readonly maxInFlightBytes: number;
  readonly maxIdleMs: number;
  /** `max.connections`: one more is dropped at once. */
  readonly maxConnections: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How long open connections may take to get their last answers when the listener closes. */
const CLOSE_TIMEOUT_MS = 1000;

/** One listening TCP port with the connections that came by it. */
export class RequestListener {
  readonly #options: RequestListenerOptions;
  readonly #connections = new Map<number, Connection>();
  #nextConnectionId = 1;
  #stop: () => Promise<void> = async () => {};
  #address: SocketAddress;
  #closing = false;
  #onEmpty: () => void = () => {};

  private constructor(options: RequestListenerOptions) {
    this.#options = options;
    this.#address = options.address;
  }

  /** Binds and listens. Rejects with a `NetworkError` (`EADDRINUSE` …). */
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

  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Stops accepting, lets each connection send the answers under way for a moment, then drops what is left. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#stop();
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
    const { dispatch, listenerName, maxFrameBytes, maxInFlightBytes, maxIdleMs, clock, logger } =
      this.#options;
    if (this.#closing || this.#connections.size >= this.#options.maxConnections) {
      if (!this.#closing) logger.warn({ listener: listenerName }, 'dropping a connection: max.connections');
      socket.destroy();
      return;
    }
    const connectionId = this.#nextConnectionId;
    this.#nextConnectionId += 1;
    const connection = new Connection({
      socket,
      dispatch,
      origin: { connectionId, listenerName, clientHost: socket.remote.host, principal: ANONYMOUS },
      maxFrameBytes,
      maxInFlightBytes,
      maxIdleMs,
      clock,
      logger,
      onClosed: () => {
        this.#connections.delete(connectionId);
        if (this.#connections.size === 0) this.#onEmpty();
      },
    });
    this.#connections.set(connectionId, connection);
  }
}
