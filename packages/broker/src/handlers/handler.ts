import type { Decoded, Encodable, MessageDeclaration } from '../protocol/message.ts';
import type { Principal } from '../security/principal.ts';

/** Who asks, from where, and in which version of the API. */
export interface RequestContext {
  readonly principal: Principal;
  readonly clientId: string | null;
  readonly clientHost: string;
  readonly connectionId: number;
  /** The listener the request came in by, as named in `listeners`. */
  readonly listenerName: string;
  readonly apiVersion: number;
}

/**
 * One API of the broker. `handle` answers, at once or later; null means that no response is sent (acks=0).
 * `refuse` shapes the answer that carries `errorCode` for everything the request asked: dispatch uses it where
 * a request cannot be handled at all (a number beyond ±2^53, an unexpected failure).
 */
export interface Handler<
  Request extends MessageDeclaration = MessageDeclaration,
  Response extends MessageDeclaration = MessageDeclaration,
> {
  readonly request: Request;
  readonly response: Response;
  handle(
    request: Decoded<Request>,
    context: RequestContext,
  ): Encodable<Response> | null | Promise<Encodable<Response> | null>;
  refuse(errorCode: number, request: Decoded<Request>, context: RequestContext): Encodable<Response>;
}
