import { errorOf } from '../protocol/errors.ts';
import { decodeMessage, type MessageDeclaration } from '../protocol/message.ts';
import { readResponseHeader, writeRequest } from '../protocol/message-header.ts';
import type { PeerAnswer, PeerChannel, PeerExchange } from '../protocol/peer-channel.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { Reader } from '../protocol/reader.ts';
import { Writer } from '../protocol/writer.ts';
import type { Forwarding, ForwardOutcome, RequestOrigin } from './dispatch.ts';

/**
 * The way to the controller for what a broker asks on behalf of clients, such as a topic that they miss. In an envelope
 * a node that is not the controller says so of the whole, and another one is asked.
 */
export class EnvelopeChannel implements PeerChannel {
  readonly #forward: Forwarding['forward'];
  readonly #origin: RequestOrigin;

  constructor(forward: Forwarding['forward'], origin: RequestOrigin) {
    this.#forward = forward;
    this.#origin = origin;
  }

  async ask<Request extends MessageDeclaration, Response extends MessageDeclaration>({
    request,
    response,
    version,
    body,
  }: PeerExchange<Request, Response>): Promise<PeerAnswer<Response>> {
    const writer = new Writer();
    writeRequest(writer, request, { apiVersion: version, correlationId: 0, clientId: null }, body);
    const sent = await this.#forward(writer.bytes(), this.#origin);
    if (sent.kind !== 'response') return { kind: 'unanswered', reason: reasonOf(sent) };
    const reader = new Reader(Buffer.concat(sent.parts));
    try {
      readResponseHeader(reader, response, version);
      return { kind: 'answered', body: decodeMessage(response, reader, version) };
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return { kind: 'unanswered', reason: error.message };
    }
  }
}

function reasonOf(sent: Exclude<ForwardOutcome, { kind: 'response' }>): string {
  return sent.kind === 'close' ? sent.reason : errorOf(sent.errorCode).name;
}
