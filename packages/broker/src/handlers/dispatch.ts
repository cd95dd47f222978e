import { ErrorCode } from '../protocol/errors.ts';
import { decodeMessage, type MessageDeclaration } from '../protocol/message.ts';
import { readRequestHeader, writeResponse } from '../protocol/message-header.ts';
import { Reader } from '../protocol/reader.ts';
import type { VersionRange } from '../protocol/version-range.ts';
import { Writer } from '../protocol/writer.ts';
import { invariant } from '../runtime/invariant.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Principal } from '../security/principal.ts';
import {
  CLOSE_CONNECTION,
  type Handler,
  type HandlerAnswer,
  NOT_CONTROLLER,
  type RequestContext,
} from './handler.ts';
import type { RequestTallies, RequestTally } from './request-tallies.ts';

/** Record bytes from this size on go to the socket as they are. */
const GATHER_FROM_BYTES = 4096;

const API_VERSIONS_KEY = 18;

/** What became of one request. */
export type RequestOutcome =
  /** The encoded response, header first, without its size prefix; the parts must not change any more. */
  | { readonly kind: 'response'; readonly parts: readonly Uint8Array[] }
  /** Nothing is answered (acks=0). */
  | { readonly kind: 'none' }
  /** The connection is closed once the answers to earlier requests are sent. */
  | { readonly kind: 'close'; readonly reason: string };

/** The request is for the controller, which this node is not; the refusal is what it says of that itself. */
export interface NotController {
  readonly kind: 'not-controller';
  readonly refuse: (errorCode: number) => RequestOutcome;
}

/** The way of requests to the controller, whichever node that is. */
export interface Forwarding {
  /** Whether this node is the controller, so that nothing has to be sent on. */
  readonly isController: () => boolean;
  /** Sends a request, as it came, on. */
  readonly forward: (frame: Uint8Array, origin: RequestOrigin) => Promise<ForwardOutcome>;
}

export type ForwardOutcome =
  /** The response as it is to go to the client. */
  | { readonly kind: 'response'; readonly parts: readonly Uint8Array[] }
  | { readonly kind: 'close'; readonly reason: string }
  | { readonly kind: 'failed'; readonly errorCode: number };

/** The connection a request came by. */
export interface RequestOrigin {
  readonly connectionId: number;
  /** As named in `listeners`. */
  readonly listenerName: string;
  readonly clientHost: string;
  readonly principal: Principal;
}

/** One row of the dispatch table. */
export interface ApiEntry {
  readonly handler: Handler;
  /**
   * Advertised from here although versions below the declared ones close the connection: librdkafka switches
   * compression off where Produce 0 is not in the range (KAFKA-18659).
   */
  readonly advertisedFrom?: number;
  /** All that depends on the order of requests happens before the handler's first await. */
  readonly overlaps?: boolean;
  /** The handler keeps none of the request's bytes beyond its answer, unless it holds their memory. */
  readonly letsGo?: boolean;
  /** Only the controller answers: on any other node the request is sent on as it came. */
  readonly forwards?: boolean;
}

export interface DispatchOptions {
  /** Without them nothing is counted. */
  readonly tallies?: RequestTallies | null;
  /** Without it requests for the controller are refused where this node is not it. */
  readonly forwarding?: Forwarding | null;
  /** Told of connections that are no more. */
  readonly closed?: (connectionId: number) => void;
}

/** A key and the versions of it that are answered. */
export interface ApiRange {
  readonly apiKey: number;
  readonly minVersion: number;
  readonly maxVersion: number;
}

export function advertisedRange(entry: ApiEntry): ApiRange {
  const versions = answeredVersions(entry.handler.request);
  return {
    apiKey: entry.handler.request.apiKey,
    minVersion: entry.advertisedFrom ?? versions.min,
    maxVersion: versions.max,
  };
}

/** A row with what is counted of its requests. */
interface Row {
  readonly entry: ApiEntry;
  readonly tally: RequestTally | null;
}

/** The header of a request that was read, and the cursor at its body. */
interface OpenedRequest {
  readonly entry: ApiEntry;
  readonly tally: RequestTally | null;
  readonly apiVersion: number;
  readonly correlationId: number;
  readonly clientId: string | null;
  readonly body: Reader;
}

/**
 * The table of APIs that one listener answers. Unknown keys and versions close the connection, as in Kafka;
 * so does a request that cannot be decoded.
 */
export class Dispatch {
  readonly #rows: ReadonlyMap<number, Row>;
  readonly #logger: Logger;
  readonly #tallies: RequestTallies | null;
  readonly #forwarding: Forwarding | null;
  readonly #onClosed: (connectionId: number) => void;

  constructor(
    entries: readonly ApiEntry[],
    logger: Logger,
    { tallies = null, forwarding = null, closed = () => {} }: DispatchOptions = {},
  ) {
    this.#rows = new Map(entries.map((entry) => [entry.handler.request.apiKey, rowOf(entry, tallies)]));
    this.#logger = logger;
    this.#tallies = tallies;
    this.#forwarding = forwarding;
    this.#onClosed = closed;
  }

  /** Nothing comes by the connection any more. */
  closed(connectionId: number): void {
    this.#onClosed(connectionId);
  }

  /** Whether the request may be started while earlier ones for which this holds too are unanswered. */
  overlaps(frame: Uint8Array): boolean {
    return this.#entryOf(frame)?.overlaps === true;
  }

  /** Whether only holders of the frame's memory look at it when the request is answered. */
  letsGo(frame: Uint8Array): boolean {
    return this.#entryOf(frame)?.letsGo === true;
  }

  #entryOf(frame: Uint8Array): ApiEntry | undefined {
    return frame.length < 2 ? undefined : this.#rows.get(((frame[0] ?? 0) << 8) | (frame[1] ?? 0))?.entry;
  }

  /** Handles one frame: header and body of a request, without the size prefix. Never rejects. */
  dispatch(frame: Uint8Array, origin: RequestOrigin): RequestOutcome | Promise<RequestOutcome> {
    return this.#dispatch<RequestOutcome>(frame, origin, (request) => this.#sendOn(request, frame, origin));
  }

  /** The same, and nothing is sent on. */
  dispatchHere(
    frame: Uint8Array,
    origin: RequestOrigin,
  ): RequestOutcome | NotController | Promise<RequestOutcome | NotController> {
    return this.#dispatch<NotController>(frame, origin, (request) => request);
  }

  #dispatch<Elsewhere>(
    frame: Uint8Array,
    origin: RequestOrigin,
    elsewhere: (notController: NotController) => Elsewhere | Promise<Elsewhere>,
  ): RequestOutcome | Elsewhere | Promise<RequestOutcome | Elsewhere> {
    let opened: OpenedRequest | string;
    try {
      opened = this.#open(frame);
    } catch (error) {
      return { kind: 'close', reason: undecodable('a request header', error) };
    }
    if (typeof opened === 'string') return { kind: 'close', reason: opened };
    const { tally } = opened;
    if (this.#tallies === null || tally === null) return this.#answer(opened, origin, elsewhere);
    const begunMs = this.#tallies.begin(tally);
    const outcome = this.#answer(opened, origin, elsewhere);
    if (outcome instanceof Promise) void outcome.then(() => this.#tallies?.end(tally, begunMs));
    else this.#tallies.end(tally, begunMs);
    return outcome;
  }

  #sendOn(
    { refuse }: NotController,
    frame: Uint8Array,
    origin: RequestOrigin,
  ): RequestOutcome | Promise<RequestOutcome> {
    if (this.#forwarding === null) return refuse(ErrorCode.NOT_CONTROLLER);
    const forwarded = this.#forwarding.forward(frame, origin);
    return forwarded.then((sent) => (sent.kind === 'failed' ? refuse(sent.errorCode) : sent));
  }

  #open(frame: Uint8Array): OpenedRequest | string {
    const body = new Reader(frame);
    const apiKey = body.int16();
    const apiVersion = body.int16();
    const row = this.#rows.get(apiKey);
    if (row === undefined) return `API key ${apiKey} is not answered here`;
    const { entry, tally } = row;
    const versions = answeredVersions(entry.handler.request);
    if (!includes(versions, apiVersion) && apiKey !== API_VERSIONS_KEY) {
      return `version ${apiVersion} of ${entry.handler.request.name} is not answered`;
    }
    body.offset = 0;
    const header = readRequestHeader(body, entry.handler.request);
    return {
      entry,
      tally,
      apiVersion,
      correlationId: header.correlationId,
      clientId: header.clientId,
      body,
    };
  }

  #answer<Elsewhere>(
    opened: OpenedRequest,
    origin: RequestOrigin,
    elsewhere: (notController: NotController) => Elsewhere | Promise<Elsewhere>,
  ): RequestOutcome | Elsewhere | Promise<RequestOutcome | Elsewhere> {
    const { entry, apiVersion } = opened;
    const { handler } = entry;
    const context = contextOf(opened, origin);
    const versions = answeredVersions(entry.handler.request);
    if (!includes(versions, apiVersion)) {
      // KIP-511: only ApiVersions comes here. Its body is not read, and the answer is in version 0, which every
      // client can decode.
      return encoded(
        { ...opened, apiVersion: 0 },
        handler.refuse(ErrorCode.UNSUPPORTED_VERSION, {}, context),
      );
    }
    let request: ReturnType<typeof decodeMessage>;
    try {
      request = decodeMessage(handler.request, opened.body, apiVersion);
    } catch (error) {
      return { kind: 'close', reason: undecodable(`${handler.request.name} version ${apiVersion}`, error) };
    }
    const refuse = (errorCode: number) => encoded(opened, handler.refuse(errorCode, request, context));
    // A number beyond ±2^53 where the declaration does not say that it saturates (decision 14).
    if (opened.body.sawUnsafeInt64) return refuse(ErrorCode.INVALID_REQUEST);
    const fail = (error: unknown): RequestOutcome => {
      this.#logger.error(
        { err: error, api: handler.request.name, apiVersion },
        'a request failed unexpectedly',
      );
      try {
        return refuse(ErrorCode.UNKNOWN_SERVER_ERROR);
      } catch {
        // Not even the refusal can be encoded; the failure itself was logged above.
        return { kind: 'close', reason: `${handler.request.name} failed unexpectedly` };
      }
    };
    const isElsewhere = entry.forwards === true && this.#forwarding?.isController() === false;
    if (isElsewhere) return elsewhere({ kind: 'not-controller', refuse });
    const shaped = (
      answer: HandlerAnswer<MessageDeclaration>,
    ): RequestOutcome | Elsewhere | Promise<RequestOutcome | Elsewhere> =>
      answer === NOT_CONTROLLER ? elsewhere({ kind: 'not-controller', refuse }) : encoded(opened, answer);
    try {
      const answer = handler.handle(request, context);
      if (!(answer instanceof Promise)) return shaped(answer);
      return answer.then(shaped).catch(fail);
    } catch (error) {
      return fail(error);
    }
  }
}

function rowOf(entry: ApiEntry, tallies: RequestTallies | null): Row {
  // As Kafka's metrics name requests: by their API.
  return { entry, tally: tallies?.of(entry.handler.request.name.replace(/Request$/, '')) ?? null };
}

function contextOf(opened: OpenedRequest, origin: RequestOrigin): RequestContext {
  return {
    principal: origin.principal,
    clientId: opened.clientId,
    clientHost: origin.clientHost,
    connectionId: origin.connectionId,
    listenerName: origin.listenerName,
    apiVersion: opened.apiVersion,
  };
}

function encoded(opened: OpenedRequest, answer: HandlerAnswer<MessageDeclaration>): RequestOutcome {
  if (answer === null) return { kind: 'none' };
  const { request, response } = opened.entry.handler;
  invariant(answer !== NOT_CONTROLLER, `${request.name} cannot refuse in any other way`);
  if (answer === CLOSE_CONNECTION)
    return { kind: 'close', reason: `${request.name} failed and expects no answer` };
  const writer = new Writer({ gatherFrom: GATHER_FROM_BYTES });
  const { apiVersion, correlationId } = opened;
  writeResponse(writer, response, { apiVersion, correlationId }, answer);
  return { kind: 'response', parts: writer.parts() };
}

/** The declared versions without a newest one that is not stable. */
function answeredVersions(request: MessageDeclaration): VersionRange {
  const { min, max } = request.validVersions;
  return { min, max: request.latestVersionUnstable ? max - 1 : max };
}

function includes(versions: VersionRange, version: number): boolean {
  return version >= versions.min && version <= versions.max;
}

function undecodable(what: string, error: unknown): string {
  return `${what} cannot be decoded: ${error instanceof Error ? error.message : String(error)}`;
}
