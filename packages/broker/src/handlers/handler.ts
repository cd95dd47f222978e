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

/** Says that the client expects no response and can learn of the failure only by losing its connection (acks=0). */
export const CLOSE_CONNECTION: unique symbol = Symbol('close connection');

/** Says that only the controller can answer, and this node is not it, or was not any more when the answer was due. */
export const NOT_CONTROLLER: unique symbol = Symbol('not controller');

/** A response; null where none is to be sent (acks=0). */
export type HandlerAnswer<Response extends MessageDeclaration> =
  | Encodable<Response>
  | null
  | typeof CLOSE_CONNECTION
  | typeof NOT_CONTROLLER;

/**
 * One API of the broker. `handle` answers, at once or later.
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
  ): HandlerAnswer<Response> | Promise<HandlerAnswer<Response>>;
  refuse(errorCode: number, request: Decoded<Request>, context: RequestContext): HandlerAnswer<Response>;
}
