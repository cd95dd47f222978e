import type { RequestOrigin, RequestOutcome } from '../handlers/dispatch.ts';
import type { BufferPool } from '../runtime/buffer-pool.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Socket, SocketEvents } from '../runtime/network.ts';
import { FrameReader, frameOf } from './framing.ts';

/** What a connection asks of the rooms below it. */
export interface RequestDispatch {
  /** Handles one frame. Never rejects. */
  dispatch(frame: Uint8Array, origin: RequestOrigin): RequestOutcome | Promise<RequestOutcome>;
  /**
   * Whether the request may be started while earlier ones for which this holds too are unanswered: everything
   * that depends on their order has happened when `dispatch` returns. Others wait for each other, as in Kafka.
   */
  overlaps(frame: Uint8Array): boolean;
  /** Whether nobody looks at the frame's memory any more when its outcome is there, but those who hold it. */
  letsGo(frame: Uint8Array): boolean;
  /** Nothing comes by the connection any more. */
  closed(connectionId: number): void;
}

export interface ConnectionOptions {
  readonly socket: Socket;
  /** Where frames lie. */
  readonly buffers: BufferPool;
  readonly dispatch: RequestDispatch;
  readonly origin: RequestOrigin;
  /** `socket.request.max.bytes`. */
  readonly maxFrameBytes: number;
  /** Requests under way in one connection may hold this much; a single larger one is let through alone. */
  readonly maxInFlightBytes: number;
  /** `connections.max.idle.ms`; negative: never. */
  readonly maxIdleMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Counts the bytes of all connections of the listener. */
  readonly traffic: Traffic;
  /** The socket is gone. Called exactly once. */
  readonly onClosed: () => void;
}

/** Bytes that came in and went out. */
export interface Traffic {
  receivedBytes: number;
  sentBytes: number;
}

/** A request that was started; its outcome waits here until all earlier ones have been written. */
interface InFlightRequest {
  readonly bytes: number;
  readonly overlaps: boolean;
  outcome: RequestOutcome | null;
}

/** Bytes that may wait in memory behind requests under way before the socket is paused. */
const READ_AHEAD_BYTES = 256 * 1024;

/** How long a peer that was said goodbye may take to close its side. */
const LINGER_MS = 1000;

/**
 * One client connection: frames in, answers out in the order of the requests.
 *
 * Flow control, so that no peer can make the broker hold more than about two limits of memory: a request is not
 * started while the requests under way hold `maxInFlightBytes`, nor while the socket has not taken the last
 * answer; bytes that arrive meanwhile are kept up to a bound, then the socket is paused and the peer feels it.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #frames: FrameReader;
  readonly #inFlight: InFlightRequest[] = [];
  #inFlightBytes = 0;
  /** A frame that may not be started yet. */
  #waiting: Uint8Array | null = null;
  #awaitingDrain = false;
  #paused = false;
  #pumping = false;
  /** The peer, the broker or a fault wants the connection closed: no request is started any more. */
  #closing = false;
  /** Our direction was closed; answers that come later have nowhere to go. */
  #saidGoodbye = false;
  #closed = false;
  #lastActivityMs: number;
  #timer: Timer | null = null;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#frames = new FrameReader(options.maxFrameBytes, options.buffers);
    this.#lastActivityMs = options.clock.monotonicMs();
    if (options.maxIdleMs >= 0) this.#watchIdle(options.maxIdleMs);
    options.socket.attach(this.#socketEvents());
  }

  /** Starts nothing new, sends the answers that are under way, then closes. */
  end(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#waiting = null;
    if (this.#inFlight.length === 0) this.#sayGoodbye();
  }

  /** Drops the connection at once. */
  destroy(): void {
    if (this.#closed) return;
    this.#closing = true;
    this.#options.socket.destroy();
  }

  #socketEvents(): SocketEvents {
    return {
      data: (chunk) => {
        if (this.#closing) return;
        this.#lastActivityMs = this.#options.clock.monotonicMs();
        this.#options.traffic.receivedBytes += chunk.length;
        this.#frames.push(chunk);
        this.#pump();
      },
      drained: () => {
        this.#awaitingDrain = false;
        this.#lastActivityMs = this.#options.clock.monotonicMs();
        this.#flush();
        this.#pump();
      },
      ended: () => this.end(),
      closed: () => {
        this.#closing = true;
        this.#closed = true;
        this.#timer?.cancel();
        this.#options.onClosed();
      },
    };
  }

  /** Starts the requests that are complete and may run. */
  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    while (!this.#closing && !this.#awaitingDrain) {
      const frame = this.#waiting ?? this.#nextFrame();
      if (frame === null) break;
      const overlaps = this.#options.dispatch.overlaps(frame);
      if (!this.#mayStart(frame, overlaps)) {
        this.#waiting = frame;
        break;
      }
      this.#waiting = null;
      this.#start(frame, overlaps);
    }
    this.#pumping = false;
    this.#controlReading();
  }

  #nextFrame(): Uint8Array | null {
    const outcome = this.#frames.next();
    if (outcome.kind === 'frame') return outcome.bytes;
    if (outcome.kind === 'refused') {
      this.#refuse(
        `a request of ${outcome.announcedBytes} bytes was announced, the limit is ${this.#options.maxFrameBytes} (socket.request.max.bytes)`,
      );
    }
    return null;
  }

  #mayStart(frame: Uint8Array, overlaps: boolean): boolean {
    if (this.#inFlight.length === 0) return true;
    return (
      overlaps &&
      this.#inFlightBytes + frame.length <= this.#options.maxInFlightBytes &&
      this.#inFlight.every((request) => request.overlaps)
    );
  }

  #start(frame: Uint8Array, overlaps: boolean): void {
    const request: InFlightRequest = { bytes: frame.length, overlaps, outcome: null };
    this.#inFlight.push(request);
    this.#inFlightBytes += request.bytes;
    const outcome = this.#options.dispatch.dispatch(frame, this.#options.origin);
    if (!(outcome instanceof Promise)) {
      this.#settle(request, frame, outcome);
      this.#flush();
      return;
    }
    void outcome.then((settled) => {
      this.#settle(request, frame, settled);
      this.#flush();
      this.#pump();
    });
  }

  #settle(request: InFlightRequest, frame: Uint8Array, outcome: RequestOutcome): void {
    request.outcome = outcome;
    if (this.#options.dispatch.letsGo(frame)) this.#options.buffers.release(frame);
  }

  /** Writes the answers that are due: those before which no request is unanswered. */
  #flush(): void {
    while (!this.#saidGoodbye && !this.#closed && !this.#awaitingDrain) {
      const request = this.#inFlight[0];
      if (request === undefined || request.outcome === null) break;
      this.#inFlight.shift();
      this.#inFlightBytes -= request.bytes;
      if (request.outcome.kind === 'response') {
        this.#send(request.outcome.parts);
      } else if (request.outcome.kind === 'close') {
        this.#inFlight.length = 0;
        this.#refuse(request.outcome.reason);
      }
    }
    if (this.#closing && this.#inFlight.length === 0) this.#sayGoodbye();
  }

  #send(parts: readonly Uint8Array[]): void {
    const { socket, traffic } = this.#options;
    const frame = frameOf(parts);
    for (const part of frame) traffic.sentBytes += part.length;
    this.#awaitingDrain = !socket.write(frame);
  }

  /** The peer broke the protocol, or asked for what only a closed connection can answer. */
  #refuse(reason: string): void {
    const { origin, logger } = this.#options;
    logger.warn(
      { client: origin.clientHost, listener: origin.listenerName, connection: origin.connectionId },
      `closing a connection: ${reason}`,
    );
    this.#closing = true;
    this.#waiting = null;
    if (this.#inFlight.length === 0) this.#sayGoodbye();
  }

  /** Sends what is queued and closes our direction; a peer that then keeps its own open is dropped. */
  #sayGoodbye(): void {
    if (this.#saidGoodbye || this.#closed) return;
    this.#saidGoodbye = true;
    const { socket, clock } = this.#options;
    this.#timer?.cancel();
    this.#timer = clock.after(LINGER_MS, () => socket.destroy());
    socket.end();
    socket.resume();
  }

  /** Stops reading while what arrived cannot be worked on and is more than the read-ahead. */
  #controlReading(): void {
    if (this.#closing) return;
    const blocked = this.#waiting !== null || this.#awaitingDrain;
    const pause = blocked && this.#frames.bufferedBytes > READ_AHEAD_BYTES;
    if (pause === this.#paused) return;
    this.#paused = pause;
    if (pause) this.#options.socket.pause();
    else this.#options.socket.resume();
  }

  #watchIdle(delayMs: number): void {
    this.#timer = this.#options.clock.after(delayMs, () => {
      const idleMs = this.#options.clock.monotonicMs() - this.#lastActivityMs;
      const leftMs = this.#options.maxIdleMs - idleMs;
      const answering = this.#inFlight.some((request) => request.outcome === null);
      if (answering) this.#watchIdle(this.#options.maxIdleMs);
      else if (leftMs > 0) this.#watchIdle(leftMs);
      else this.#options.socket.destroy();
    });
  }
}
