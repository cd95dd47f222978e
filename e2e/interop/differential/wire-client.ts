import { connect, type Socket } from 'node:net';
import { codec, type MessageName } from '@odradek/broker/protocol';
import { inTime } from '../patience.ts';

/** What came back for a request: a decoded response, or the end of the connection. */
export type WireAnswer = { readonly response: unknown } | { readonly closed: true };

type ApiName = MessageName extends infer Name ? (Name extends `${infer Api}Request` ? Api : never) : never;

/** A connection that sends requests as bytes and waits for each answer: no retries, no negotiation. */
export class WireClient {
  /** What was answered last, for who waits in vain for another answer. */
  lastAnswer: unknown;
  readonly #port: number;
  #socket: Socket | null = null;
  #received = Buffer.alloc(0);
  #correlationId = 0;

  constructor(bootstrap: string) {
    this.#port = Number(bootstrap.slice(bootstrap.lastIndexOf(':') + 1));
  }

  /** Sends one request of an API in a version and decodes its answer in the same version. */
  async send(api: ApiName, version: number, body: object): Promise<WireAnswer> {
    const request = codec(`${api}Request` as MessageName);
    return this.sendBody(api, version, request.encode(body as never, version));
  }

  /** The same with a body of any bytes. */
  async sendBody(api: ApiName, version: number, body: Uint8Array): Promise<WireAnswer> {
    const request = codec(`${api}Request` as MessageName);
    const frame = framed(request, version, ++this.#correlationId, body);
    const answer = await inTime(`${api} v${version} is answered by port ${this.#port}`, this.exchange(frame));
    if (answer === null) return { closed: true };
    const response = codec(`${api}Response` as MessageName);
    const flexibleHeader = includes(response.flexibleVersions, version) && api !== 'ApiVersions';
    this.lastAnswer = decodeAnswer(api, answer.subarray(flexibleHeader ? 5 : 4), version);
    return { response: this.lastAnswer };
  }

  /** Sends a frame (without its size) and resolves with the next frame, or null when the connection closed instead. */
  async exchange(frame: Uint8Array): Promise<Buffer | null> {
    const socket = await this.#connected();
    const size = Buffer.alloc(4);
    size.writeInt32BE(frame.length);
    return this.exchangeRaw(socket, Buffer.concat([size, frame]));
  }

  /** Sends bytes as they are, on a connection of their own; resolves as `exchange` does. */
  async sendRaw(bytes: Uint8Array): Promise<Buffer | null> {
    this.close();
    return this.exchangeRaw(await this.#connected(), bytes);
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = null;
    this.#received = Buffer.alloc(0);
  }

  private exchangeRaw(socket: Socket, bytes: Uint8Array): Promise<Buffer | null> {
    return new Promise((resolve) => {
      const onData = (chunk: Buffer) => {
        this.#received = Buffer.concat([this.#received, chunk]);
        if (this.#received.length < 4) return;
        const length = this.#received.readInt32BE(0);
        if (this.#received.length < 4 + length) return;
        const answer = this.#received.subarray(4, 4 + length);
        this.#received = this.#received.subarray(4 + length);
        settle(answer);
      };
      const onClose = () => {
        this.close();
        settle(null);
      };
      const settle = (answer: Buffer | null) => {
        socket.off('data', onData).off('close', onClose);
        resolve(answer);
      };
      socket.on('data', onData).on('close', onClose);
      socket.write(bytes);
    });
  }

  async #connected(): Promise<Socket> {
    if (this.#socket !== null && !this.#socket.destroyed) return this.#socket;
    this.close();
    const socket = connect(this.#port, '127.0.0.1');
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve).once('error', reject);
    });
    // A reset is one of the answers a test may see; 'close' follows it.
    socket.on('error', () => {});
    this.#socket = socket;
    return socket;
  }
}

interface Range {
  readonly min: number;
  readonly max: number;
}

function includes(range: Range, version: number): boolean {
  return version >= range.min && version <= range.max;
}

/** The bytes of a request: header, then body. */
export function framed(
  request: { readonly apiKey: number; readonly flexibleVersions: Range },
  version: number,
  correlationId: number,
  body: Uint8Array,
): Uint8Array {
  const headerVersion = includes(request.flexibleVersions, version) ? 2 : 1;
  const header = codec('RequestHeader').encode(
    { requestApiKey: request.apiKey, requestApiVersion: version, correlationId, clientId: 'differential' },
    headerVersion,
  );
  return Buffer.concat([header, body]);
}

/** An ApiVersions answer to an unsupported version is in version 0 (KIP-511). */
function decodeAnswer(api: ApiName, body: Buffer, version: number): unknown {
  const response = codec(`${api}Response` as MessageName);
  if (api === 'ApiVersions' && body.readInt16BE(0) === 35) return response.decode(body, 0);
  return response.decode(body, version);
}
