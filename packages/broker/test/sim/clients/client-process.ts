import { FrameReader, frameOf } from '../../../src/net/framing.ts';
import {
  type Decoded,
  decodeMessage,
  type Encodable,
  type MessageDeclaration,
} from '../../../src/protocol/message.ts';
import { readResponseHeader, writeRequest } from '../../../src/protocol/message-header.ts';
import { Reader } from '../../../src/protocol/reader.ts';
import { Writer } from '../../../src/protocol/writer.ts';
import { type Network, NetworkError, type Socket, type SocketAddress } from '../../../src/runtime/network.ts';
import type { SeededRandom } from '../../seeded-random.ts';
import type { Incarnation } from '../incarnation.ts';
import { EPOCH_MS } from '../simulated-clock.ts';
import type { VirtualTime } from '../virtual-time.ts';

const RESPONSE_BYTES_MAX = 64 * 1024 * 1024;

/** A request of the protocol with the response that belongs to it. */
export interface Api<Request extends MessageDeclaration, Response extends MessageDeclaration> {
  readonly request: Request;
  readonly response: Response;
  readonly version: number;
}

interface Pending {
  readonly correlationId: number;
  /** Null: the connection is gone, or the answer took too long. */
  readonly answered: (frame: Uint8Array | null) => void;
}

/** One connection to the broker. It is over with the first request that is not answered in time. */
class ClientConnection {
  readonly #socket: Socket;
  readonly #frames = new FrameReader(RESPONSE_BYTES_MAX);
  #pending: Pending[] = [];
  #isOver = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.attach({
      data: (chunk) => {
        this.#frames.push(chunk);
        this.#readAnswers();
      },
      drained: () => {},
      ended: () => this.giveUp(),
      closed: () => this.#end(),
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  send(correlationId: number, bytes: readonly Uint8Array[]): Promise<Uint8Array | null> {
    if (this.#isOver) return Promise.resolve(null);
    return new Promise((answered) => {
      this.#pending.push({ correlationId, answered });
      this.#socket.write(bytes);
    });
  }

  giveUp(): void {
    if (this.#isOver) return;
    this.#end();
    this.#socket.destroy();
  }

  #readAnswers(): void {
    while (!this.#isOver) {
      const outcome = this.#frames.next();
      if (outcome.kind !== 'frame') return;
      this.#pending.shift()?.answered(outcome.bytes);
    }
  }

  #end(): void {
    this.#isOver = true;
    for (const { answered } of this.#pending.splice(0)) answered(null);
  }
}

export interface ClientOptions {
  readonly name: string;
  readonly time: VirtualTime;
  readonly incarnation: Incarnation;
  readonly network: Network;
  readonly random: SeededRandom;
  readonly address: SocketAddress;
  /** Told when an answer is not what the protocol allows. */
  readonly violate: (text: string) => void;
}

/** A client of the broker that speaks Kafka's bytes, one connection at a time. */
export class ClientProcess {
  readonly name: string;
  readonly random: SeededRandom;
  readonly #options: ClientOptions;
  #connection: ClientConnection | null = null;
  #correlationId = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.name = options.name;
    this.random = options.random;
  }

  /** Something that must not be. */
  violate(text: string): void {
    this.#options.violate(`${this.name}: ${text}`);
  }

  /** Of its own clock, which goes right. */
  get wallMs(): number {
    return Math.floor(EPOCH_MS + this.#options.time.nowMs);
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#options.incarnation.after(delayMs, 'wakes', resolve);
    });
  }

  /** Drops the connection, whatever is under way on it. */
  disconnect(): void {
    this.#connection?.giveUp();
    this.#connection = null;
  }

  /** The answer, or null when there is none: then it is not known whether the broker did what was asked. */
  async ask<Request extends MessageDeclaration, Response extends MessageDeclaration>(
    api: Api<Request, Response>,
    body: Encodable<Request>,
    timeoutMs: number,
  ): Promise<Decoded<Response> | null> {
    const [answer = null] = await this.askAll(api, [body], timeoutMs);
    return answer;
  }

  /** The answers to requests that are sent one behind the other on one connection, without waiting between them. */
  async askAll<Request extends MessageDeclaration, Response extends MessageDeclaration>(
    api: Api<Request, Response>,
    bodies: readonly Encodable<Request>[],
    timeoutMs: number,
  ): Promise<(Decoded<Response> | null)[]> {
    const connection = await this.#connected();
    if (connection === null) return bodies.map(() => null);
    const timeout = this.#options.incarnation.after(timeoutMs, 'gives up', () => connection.giveUp());
    const frames = bodies.map((body) => this.#send(connection, api, body));
    const answers = await Promise.all(frames);
    timeout.cancel();
    if (connection.isOver) this.#connection = null;
    return answers;
  }

  async #send<Request extends MessageDeclaration, Response extends MessageDeclaration>(
    connection: ClientConnection,
    { request, response, version }: Api<Request, Response>,
    body: Encodable<Request>,
  ): Promise<Decoded<Response> | null> {
    this.#correlationId += 1;
    const correlationId = this.#correlationId;
    const writer = new Writer();
    writeRequest(writer, request, { apiVersion: version, correlationId, clientId: this.name }, body);
    const frame = await connection.send(correlationId, frameOf(writer.parts()));
    if (frame === null) return null;
    const reader = new Reader(frame);
    const answered = readResponseHeader(reader, response, version);
    if (answered !== correlationId) this.violate(`answer ${answered} to request ${correlationId}`);
    const decoded = decodeMessage(response, reader, version);
    reader.expectEnd();
    return decoded;
  }

  async #connected(): Promise<ClientConnection | null> {
    if (this.#connection !== null && !this.#connection.isOver) return this.#connection;
    try {
      this.#connection = new ClientConnection(await this.#options.network.connect(this.#options.address));
      return this.#connection;
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      this.#connection = null;
      return null;
    }
  }
}
