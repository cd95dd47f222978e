import type { Handler, RequestContext } from '../../src/handlers/handler.ts';
import {
  type Decoded,
  decodeMessage,
  type Encodable,
  encodeMessage,
  type MessageDeclaration,
} from '../../src/protocol/message.ts';
import { Reader } from '../../src/protocol/reader.ts';
import { ANONYMOUS } from '../../src/security/principal.ts';

/** What a client of the version reads when it sends the request: both went over the wire form. */
export async function answerTo<Request extends MessageDeclaration, Response extends MessageDeclaration>(
  handler: Handler<Request, Response>,
  apiVersion: number,
  request: Encodable<Request>,
  context: Partial<RequestContext> = {},
): Promise<Decoded<Response>> {
  const received = decodeMessage(
    handler.request,
    new Reader(encodeMessage(handler.request, request, apiVersion)),
    apiVersion,
  );
  const answer = await handler.handle(received, {
    principal: ANONYMOUS,
    clientId: 'test',
    clientHost: '127.0.0.1',
    connectionId: 1,
    listenerName: 'PLAINTEXT',
    apiVersion,
    ...context,
  });
  if (answer === null || typeof answer === 'symbol') throw new Error('no answer');
  return decodeMessage(
    handler.response,
    new Reader(encodeMessage(handler.response, answer, apiVersion)),
    apiVersion,
  );
}
