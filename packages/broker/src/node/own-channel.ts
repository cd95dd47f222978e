import type { Dispatch, RequestOrigin } from '../handlers/dispatch.ts';
import { decodeMessage, type MessageDeclaration } from '../protocol/message.ts';
import { readResponseHeader, writeRequest } from '../protocol/message-header.ts';
import type { PeerAnswer, PeerChannel, PeerExchange } from '../protocol/peer-channel.ts';
import { Reader } from '../protocol/reader.ts';
import { Writer } from '../protocol/writer.ts';
import type { Clock } from '../runtime/clock.ts';

/** The way of a node to itself: what its listener would answer, without a connection. */
export class OwnChannel implements PeerChannel {
  readonly #clock: Clock;
  readonly #origin: RequestOrigin;
  readonly #dispatch: () => Dispatch;

  constructor(clock: Clock, origin: RequestOrigin, dispatch: () => Dispatch) {
    this.#clock = clock;
    this.#origin = origin;
    this.#dispatch = dispatch;
  }

  ask<Request extends MessageDeclaration, Response extends MessageDeclaration>(
    exchange: PeerExchange<Request, Response>,
  ): Promise<PeerAnswer<Response>> {
    return new Promise((resolve) => {
      const reason = `no answer within ${exchange.timeoutMs} ms`;
      const timer = this.#clock.after(exchange.timeoutMs, () => resolve({ kind: 'unanswered', reason }));
      void this.#answer(exchange).then((answer) => {
        timer.cancel();
        resolve(answer);
      });
    });
  }

  async #answer<Request extends MessageDeclaration, Response extends MessageDeclaration>({
    request,
    response,
    version,
    body,
  }: PeerExchange<Request, Response>): Promise<PeerAnswer<Response>> {
    const writer = new Writer();
    writeRequest(writer, request, { apiVersion: version, correlationId: 0, clientId: null }, body);
    const outcome = await this.#dispatch().dispatchHere(writer.bytes(), this.#origin);
    if (outcome.kind !== 'response') {
      return { kind: 'unanswered', reason: outcome.kind === 'close' ? outcome.reason : outcome.kind };
    }
    const reader = new Reader(Buffer.concat(outcome.parts));
    readResponseHeader(reader, response, version);
    return { kind: 'answered', body: decodeMessage(response, reader, version) };
  }
}
