import net from 'node:net';
import { FrameReader, frameOf } from '../../src/net/framing.ts';
import {
  type Decoded,
  decodeMessage,
  type Encodable,
  type MessageDeclaration,
} from '../../src/protocol/message.ts';
import { readResponseHeader, writeRequest } from '../../src/protocol/message-header.ts';
import { Reader } from '../../src/protocol/reader.ts';
import { Writer } from '../../src/protocol/writer.ts';

const RESPONSE_BYTES_MAX = 512 * 1024 * 1024;

/** One TCP connection to a broker, in full control of its bytes. */
export class WireClient {
  readonly #socket: net.Socket;
  readonly #frames = new FrameReader(RESPONSE_BYTES_MAX);
  #onFrame: (() => void) | null = null;
  #correlationId = 0;
  /** Resolves when the connection is gone, whoever ended it. */
  readonly closed: Promise<void>;
  #isClosed = false;

  private constructor(socket: net.Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => {
      this.#frames.push(chunk);
      this.#onFrame?.();
    });
    socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.#isClosed = true;
        this.#onFrame?.();
        resolve();
      });
    });
  }

  static connect(port: number): Promise<WireClient> {
    return new Promise((resolve, reject) => {
      const socket = net.connect({ host: '127.0.0.1', port }, () => resolve(new WireClient(socket)));
      socket.once('error', reject);
    });
  }

  /** Sends bytes as they are; resolves when the operating system has them. */
  sendBytes(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      this.#socket.write(bytes, () => resolve());
    });
  }

  /** The bytes of a request with its size prefix. */
  requestBytes<D extends MessageDeclaration>(
    declaration: D,
    body: Encodable<D>,
    apiVersion: number,
  ): { bytes: Uint8Array; correlationId: number } {
    this.#correlationId += 1;
    const writer = new Writer();
    const header = { apiVersion, correlationId: this.#correlationId, clientId: 'wire' };
    writeRequest(writer, declaration, header, body);
    return {
      bytes: new Uint8Array(Buffer.concat(frameOf(writer.parts()))),
      correlationId: this.#correlationId,
    };
  }

  /** Sends a request and returns its correlation id. */
  send<D extends MessageDeclaration>(declaration: D, body: Encodable<D>, apiVersion: number): number {
    const { bytes, correlationId } = this.requestBytes(declaration, body, apiVersion);
    void this.sendBytes(bytes);
    return correlationId;
  }

  /** The next response, of the API and version given. Rejects when the connection ends first. */
  async receive<D extends MessageDeclaration>(
    declaration: D,
    apiVersion: number,
  ): Promise<{ correlationId: number; body: Decoded<D> }> {
    const reader = new Reader(await this.#nextFrame());
    const correlationId = readResponseHeader(reader, declaration, apiVersion);
    const body = decodeMessage(declaration, reader, apiVersion);
    reader.expectEnd();
    return { correlationId, body };
  }

  async ask<Request extends MessageDeclaration, Response extends MessageDeclaration>(
    request: Request,
    response: Response,
    body: Encodable<Request>,
    apiVersion: number,
  ): Promise<Decoded<Response>> {
    const sent = this.send(request, body, apiVersion);
    const received = await this.receive(response, apiVersion);
    if (received.correlationId !== sent)
      throw new Error(`answer ${received.correlationId} to request ${sent}`);
    return received.body;
  }

  /** Reads nothing from the socket any more, so that the broker feels a slow client. */
  stopReading(): void {
    this.#socket.pause();
  }

  startReading(): void {
    this.#socket.resume();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  async #nextFrame(): Promise<Uint8Array> {
    for (;;) {
      const outcome = this.#frames.next();
      if (outcome.kind === 'frame') return outcome.bytes;
      if (this.#isClosed) throw new Error('the broker closed the connection');
      await new Promise<void>((resolve) => {
        this.#onFrame = resolve;
      });
    }
  }
}
