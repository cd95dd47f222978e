/** The port to TCP (or TLS over it): ordered bytes in both directions, with backpressure. */
export interface Network {
  /** Binds and listens; port 0 takes any free one. Rejects with a {@link NetworkError} (`EADDRINUSE`, `EACCES` …). */
  listen(address: SocketAddress, onConnection: (socket: Socket) => void): Promise<Listener>;
  /** Resolves once connected. Rejects with a {@link NetworkError} (`ECONNREFUSED`, `ETIMEDOUT` …). */
  connect(address: SocketAddress): Promise<Socket>;
}

export interface SocketAddress {
  readonly host: string;
  readonly port: number;
}

export interface Listener {
  /** The address that was bound, with the real port. */
  readonly address: SocketAddress;
  /** Stops accepting; open connections are left to their owners. */
  close(): Promise<void>;
}

/** What the owner of a socket is told. `closed` comes exactly once and last. */
export interface SocketEvents {
  /** Bytes arrived. The chunk is the receiver's during this call only; the next bytes may come in the same memory. */
  data(chunk: Uint8Array): void;
  /** What `write` asked to wait for has been handed to the operating system. */
  drained(): void;
  /** The other side will send no more; writing is still possible. */
  ended(): void;
  /** The connection is gone; `error` is null after an orderly close. */
  closed(error: NetworkError | null): void;
}

export interface Socket {
  readonly remote: SocketAddress;
  readonly local: SocketAddress;
  /** Takes the socket over; no event is delivered before this call, none is lost. Call it once. */
  attach(events: SocketEvents): void;
  /**
   * Queues the buffers in order. False: hold further writes until `drained`. The buffers must not change afterwards;
   * what they hold of a `BufferPool` is let go when they are sent.
   */
  write(buffers: readonly Uint8Array[]): boolean;
  /** Stops and restarts the delivery of `data`; the sender feels it as TCP backpressure. */
  pause(): void;
  resume(): void;
  /** Sends what is queued, then closes our direction. */
  end(): void;
  /** Drops the connection at once, with what is queued. */
  destroy(): void;
}

export class NetworkError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'NetworkError';
    this.code = code;
  }
}
