import { decodeMessage, type MessageDeclaration } from '../protocol/message.ts';
import { readResponseHeader, writeRequest } from '../protocol/message-header.ts';
import type { PeerAnswer, PeerChannel, PeerExchange } from '../protocol/peer-channel.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { Reader } from '../protocol/reader.ts';
import { Writer } from '../protocol/writer.ts';
import { type BufferPool, collectedMemory } from '../runtime/buffer-pool.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import { type Network, NetworkError, type Socket, type SocketAddress } from '../runtime/network.ts';
import { FrameReader, frameOf } from './framing.ts';

export interface PeerClientOptions {
  readonly network: Network;
  readonly clock: Clock;
  readonly address: SocketAddress;
  /** What the other node sees as the client id. */
  readonly clientId: string;
  /** A larger answer ends the connection. */
  readonly maxResponseBytes: number;
  /** Where answers lie until they are let go; the collector's unless given. */
  readonly buffers?: BufferPool;
}

/** More than these at once are not asked: whoever asks faster than he is answered must wait. */
const IN_FLIGHT_MAX = 64;

interface Asked {
  readonly correlationId: number;
  /** Resolves with the answer, or with the reason why there will be none. */
  readonly settle: (answer: Answer | string) => void;
  readonly response: MessageDeclaration;
  readonly version: number;
  readonly timer: Timer;
}

interface Answer {
  /** Behind the header. */
  readonly reader: Reader;
  readonly frame: Uint8Array;
}

/**
 * One connection to another node, made when it is first needed and made anew after it was lost. A request that is not
 * answered in time ends the connection, and with it all that were asked after it: the answers come in order, so they
 * are late as well. When to try again is the caller's business.
 */
export class PeerClient implements PeerChannel {
  readonly #options: PeerClientOptions;
  #connection: Connection | null = null;
  #isClosed = false;

  constructor(options: PeerClientOptions) {
    this.#options = options;
  }

  async ask<Request extends MessageDeclaration, Response extends MessageDeclaration>(
    exchange: PeerExchange<Request, Response>,
  ): Promise<PeerAnswer<Response>> {
    if (this.#isClosed) return unanswered('the channel is closed');
    const connection = this.#openConnection();
    const answer = await connection.ask(exchange);
    if (typeof answer === 'string') return unanswered(answer);
    try {
      const { reader, frame } = answer;
      const body = decodeMessage(exchange.response, reader, exchange.version);
      reader.expectEnd();
      return { kind: 'answered', body, letGo: () => this.#options.buffers?.release(frame) };
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      connection.end(`the answer cannot be read: ${error.message}`);
      return unanswered(error.message);
    }
  }

  #openConnection(): Connection {
    if (this.#connection === null || this.#connection.isOver) {
      this.#connection = new Connection(this.#options);
    }
    return this.#connection;
  }

  /** Ends the connection; what was asked stays unanswered. */
  close(): void {
    this.#isClosed = true;
    this.#connection?.end('the channel is closed');
  }
}

function unanswered(reason: string): { kind: 'unanswered'; reason: string } {
  return { kind: 'unanswered', reason };
}

/** The life of one connection, from the first request on. */
class Connection {
  readonly #options: PeerClientOptions;
  readonly #frames: FrameReader;
  readonly #asked: Asked[] = [];
  /** What is to be sent as soon as there is a socket. */
  #unsent: Uint8Array[] = [];
  #socket: Socket | null = null;
  #lastCorrelationId = 0;
  #end: string | null = null;

  constructor(options: PeerClientOptions) {
    this.#options = options;
    this.#frames = new FrameReader(options.maxResponseBytes, options.buffers ?? collectedMemory);
    options.network.connect(options.address).then(
      (socket) => this.#connected(socket),
      (error: unknown) => {
        if (!(error instanceof NetworkError)) throw error;
        this.end(error.message);
      },
    );
  }

  get isOver(): boolean {
    return this.#end !== null;
  }

  ask({ request, response, version, body, timeoutMs }: PeerExchange<MessageDeclaration, MessageDeclaration>) {
    return new Promise<Answer | string>((resolve) => {
      if (this.#asked.length >= IN_FLIGHT_MAX) return resolve(`${IN_FLIGHT_MAX} requests wait already`);
      const correlationId = this.#lastCorrelationId++;
      const writer = new Writer();
      const { clientId } = this.#options;
      writeRequest(writer, request, { apiVersion: version, correlationId, clientId }, body);
      const settle = (answer: Answer | string): void => {
        timer.cancel();
        resolve(answer);
      };
      const timer = this.#options.clock.after(timeoutMs, () => this.end(`no answer within ${timeoutMs} ms`));
      this.#asked.push({ correlationId, settle, response, version, timer });
      this.#send(frameOf(writer.parts()));
    });
  }

  /** Gives the connection up; nobody waits any longer. */
  end(reason: string): void {
    if (this.#end !== null) return;
    this.#end = reason;
    this.#unsent = [];
    this.#socket?.destroy();
    for (const { settle } of this.#asked.splice(0)) settle(reason);
  }

  #connected(socket: Socket): void {
    if (this.#end !== null) {
      socket.destroy();
      return;
    }
    this.#socket = socket;
    socket.attach({
      data: (chunk) => this.#received(chunk),
      drained: () => {},
      ended: () => this.end('the other node closed the connection'),
      closed: (error) => this.end(error?.message ?? 'the connection was closed'),
    });
    const unsent = this.#unsent;
    this.#unsent = [];
    if (unsent.length > 0) socket.write(unsent);
  }

  #send(frame: readonly Uint8Array[]): void {
    if (this.#socket === null) this.#unsent.push(...frame);
    else this.#socket.write(frame);
  }

  #received(chunk: Uint8Array): void {
    this.#frames.push(chunk);
    while (this.#end === null) {
      const outcome = this.#frames.next();
      if (outcome.kind === 'incomplete') return;
      if (outcome.kind === 'refused') {
        this.end(`the answer announces ${outcome.announcedBytes} bytes`);
        return;
      }
      this.#answered(outcome.bytes);
    }
  }

  #answered(bytes: Uint8Array): void {
    const asked = this.#asked.shift();
    if (asked === undefined) {
      this.end('an answer came that nobody asked for');
      return;
    }
    const reader = new Reader(bytes);
    if (headerOf(reader, asked) === asked.correlationId) {
      asked.settle({ reader, frame: bytes });
      return;
    }
    const reason = 'the answer belongs to another request';
    asked.settle(reason);
    this.end(reason);
  }
}

/** Null where the answer is too short to have a header. */
function headerOf(reader: Reader, { response, version }: Asked): number | null {
  try {
    return readResponseHeader(reader, response, version);
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}
