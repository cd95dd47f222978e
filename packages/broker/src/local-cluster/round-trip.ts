import { FrameReader, frameOf } from '../net/framing.ts';
import { errorOf } from '../protocol/errors.ts';
import { decodeMessage, encodeMessage } from '../protocol/message.ts';
import { apiVersionsRequest } from '../protocol/messages/api-versions-request.ts';
import { apiVersionsResponse } from '../protocol/messages/api-versions-response.ts';
import { metadataRequest } from '../protocol/messages/metadata-request.ts';
import { metadataResponse } from '../protocol/messages/metadata-response.ts';
import { requestHeader } from '../protocol/messages/request-header.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { Reader } from '../protocol/reader.ts';
import type { Clock } from '../runtime/clock.ts';
import { type Network, NetworkError, type Socket, type SocketAddress } from '../runtime/network.ts';

export type RoundTripOutcome =
  | { readonly kind: 'answered' }
  /** Why not, in words for a person. */
  | { readonly kind: 'unanswered'; readonly reason: string };

interface ExpectedBroker {
  /** Where it is to be reached, which is also what it must advertise. */
  readonly address: SocketAddress;
  readonly nodeId: number;
}

/** For each of: the connection, and the two requests. */
const STEP_TIMEOUT_MS = 2_000;

/** Far above what ApiVersions and Metadata without topics take. */
const RESPONSE_BYTES_MAX = 1024 * 1024;

/** Versions that every broker of the last ten years answers, with headers that have no tagged fields. */
const API_VERSIONS_VERSION = 0;
const METADATA_VERSION = 1;
const HEADER_VERSION = 1;

/**
 * Asks a broker what a client asks first, ApiVersions and Metadata, on the address it advertises. Answered means:
 * it is the node expected, it advertises this very address, and the cluster has a controller.
 */
export async function roundTrip(
  ports: { network: Network; clock: Clock },
  broker: ExpectedBroker,
): Promise<RoundTripOutcome> {
  let socket: Socket;
  try {
    socket = await ports.network.connect(broker.address);
  } catch (error) {
    if (error instanceof NetworkError) return unanswered(error.message);
    throw error;
  }
  const conversation = new Conversation(socket, ports.clock);
  try {
    return (await askVersions(conversation)) ?? (await askMetadata(conversation, broker));
  } catch (error) {
    if (error instanceof Silence || error instanceof ProtocolError) return unanswered(error.message);
    throw error;
  } finally {
    socket.destroy();
  }
}

function unanswered(reason: string): RoundTripOutcome {
  return { kind: 'unanswered', reason };
}

/** Null when the answer is as it should be. */
async function askVersions(conversation: Conversation): Promise<RoundTripOutcome | null> {
  const body = encodeMessage(apiVersionsRequest, {}, API_VERSIONS_VERSION);
  const reader = await conversation.ask(apiVersionsRequest.apiKey, API_VERSIONS_VERSION, body);
  const { errorCode, apiKeys } = decodeMessage(apiVersionsResponse, reader, API_VERSIONS_VERSION);
  if (errorCode !== 0) return unanswered(`ApiVersions was answered with ${errorOf(errorCode).name}`);
  return apiKeys.length === 0 ? unanswered('ApiVersions names no API') : null;
}

async function askMetadata(conversation: Conversation, expected: ExpectedBroker): Promise<RoundTripOutcome> {
  const body = encodeMessage(metadataRequest, { topics: [] }, METADATA_VERSION);
  const reader = await conversation.ask(metadataRequest.apiKey, METADATA_VERSION, body);
  const { brokers, controllerId } = decodeMessage(metadataResponse, reader, METADATA_VERSION);
  const found = brokers.find(({ nodeId }) => nodeId === expected.nodeId);
  const { host, port } = expected.address;
  if (found === undefined) return unanswered(`Metadata does not name broker ${expected.nodeId} yet`);
  if (found.host !== host || found.port !== port) {
    return unanswered(
      `broker ${expected.nodeId} advertises ${found.host}:${found.port} in place of ${host}:${port}`,
    );
  }
  return controllerId < 0 ? unanswered('the cluster has no controller yet') : { kind: 'answered' };
}

/** No answer, or none in time. */
class Silence extends Error {}

/** One request after the other on one connection, each with a time limit. */
class Conversation {
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #frames = new FrameReader(RESPONSE_BYTES_MAX);
  #correlationId = 0;
  #waiting: { resolve: (frame: Uint8Array) => void; reject: (silence: Silence) => void } | null = null;
  #ended: string | null = null;

  constructor(socket: Socket, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
    socket.attach({
      data: (chunk) => this.#received(chunk),
      drained: () => {},
      ended: () => this.#silent('the broker closed the connection'),
      closed: (error) => this.#silent(error?.message ?? 'the connection was closed'),
    });
  }

  /** The response's body, behind its header. */
  async ask(apiKey: number, version: number, body: Uint8Array): Promise<Reader> {
    this.#correlationId += 1;
    const header = encodeMessage(
      requestHeader,
      {
        requestApiKey: apiKey,
        requestApiVersion: version,
        correlationId: this.#correlationId,
        clientId: 'odradek-local-cluster',
      },
      HEADER_VERSION,
    );
    const answer = this.#nextFrame();
    this.#socket.write(frameOf([header, body]));
    const reader = new Reader(await answer);
    const correlationId = reader.int32();
    if (correlationId !== this.#correlationId) throw new Silence('the answer belongs to another request');
    return reader;
  }

  #nextFrame(): Promise<Uint8Array> {
    if (this.#ended !== null) return Promise.reject(new Silence(this.#ended));
    return new Promise((resolve, reject) => {
      const timer = this.#clock.after(STEP_TIMEOUT_MS, () =>
        this.#silent(`no answer within ${STEP_TIMEOUT_MS} ms`),
      );
      this.#waiting = {
        resolve: (frame) => {
          timer.cancel();
          resolve(frame);
        },
        reject: (silence) => {
          timer.cancel();
          reject(silence);
        },
      };
    });
  }

  #received(chunk: Uint8Array): void {
    this.#frames.push(chunk);
    const outcome = this.#frames.next();
    if (outcome.kind === 'incomplete') return;
    if (outcome.kind === 'refused') {
      this.#silent(`the answer announces ${outcome.announcedBytes} bytes; this is no Kafka broker`);
      return;
    }
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.resolve(outcome.bytes);
  }

  #silent(reason: string): void {
    this.#ended ??= reason;
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.reject(new Silence(reason));
  }
}
