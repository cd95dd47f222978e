import { ErrorCode } from '../protocol/errors.ts';
import type { Decoded, MessageDeclaration } from '../protocol/message.ts';
import type { PeerAnswer, PeerChannel, PeerExchange } from '../protocol/peer-channel.ts';
import type { Clock, Timer } from '../runtime/clock.ts';

/** The node that leads the quorum, as this one knows it. */
export type KnownController =
  | { readonly kind: 'self' }
  | { readonly kind: 'other'; readonly host: string; readonly port: number };

export interface ControllerChannelNeeds {
  readonly clock: Clock;
  /** Null while nobody leads, or it is not known who. */
  readonly controller: () => KnownController | null;
  /** This node's own controller, by the same requests. */
  readonly own: PeerChannel;
  /** A connection to the address, made when it is first used. */
  readonly open: (address: { readonly host: string; readonly port: number }) => ClosablePeerChannel;
  /**
   * How long a controller that is none any more may still answer what it was asked: it may have done it, and whoever is
   * asked again can only say that it is done already.
   */
  readonly patienceMs: number;
}

export interface ClosablePeerChannel extends PeerChannel {
  close(): void;
}

const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 500;

/** Of the time that a request waits already: whoever leads in the end keeps it waiting for little longer. */
const PAUSE_PART = 4;

/** A connection to a controller, and how many requests wait for its answer. */
interface Connection {
  readonly address: string;
  readonly channel: ClosablePeerChannel;
  asked: number;
}

/**
 * The way to whichever node is the controller. A request is asked again, of whoever leads by then, until it is answered
 * by a controller or its time is over: it may have been carried out more than once then.
 */
export class ControllerChannel implements PeerChannel {
  readonly #needs: ControllerChannelNeeds;
  #connection: Connection | null = null;
  /** To former controllers, with the end of the patience with each. */
  readonly #former = new Map<Connection, Timer>();
  #isClosed = false;
  /** Ends the pauses of those who wait to ask again. */
  readonly #pauses = new Set<() => void>();

  constructor(needs: ControllerChannelNeeds) {
    this.#needs = needs;
  }

  async ask<Request extends MessageDeclaration, Response extends MessageDeclaration>(
    exchange: PeerExchange<Request, Response>,
  ): Promise<PeerAnswer<Response>> {
    const { clock } = this.#needs;
    const beganMs = clock.monotonicMs();
    const deadlineMs = beganMs + exchange.timeoutMs;
    let reason = 'no controller is known';
    for (;;) {
      const timeoutMs = deadlineMs - clock.monotonicMs();
      if (this.#isClosed || timeoutMs <= 0) return { kind: 'unanswered', reason };
      const answer = await this.#askController({ ...exchange, timeoutMs });
      if (answer?.kind === 'answered' && !isFromNoController(answer.body)) return answer;
      if (answer?.kind === 'unanswered') reason = answer.reason;
      if (answer?.kind === 'answered') reason = 'the node that was asked is not the controller';
      const waitedMs = clock.monotonicMs() - beganMs;
      const pauseMs = Math.min(Math.max(FIRST_PAUSE_MS, waitedMs / PAUSE_PART), LONGEST_PAUSE_MS);
      await this.#pause(Math.min(pauseMs, deadlineMs - clock.monotonicMs()));
    }
  }

  /** Another node may be the controller now: it is asked at once. The one before it is waited for with patience only. */
  controllerChanged(): void {
    const controller = this.#needs.controller();
    if (controller === null) return;
    const address = controller.kind === 'self' ? null : addressText(controller);
    if (this.#connection?.address !== address) this.#retire();
    for (const end of this.#pauses) end();
  }

  /** Whoever waits is told that there will be no answer. */
  close(): void {
    this.#isClosed = true;
    this.#connection?.channel.close();
    this.#connection = null;
    for (const connection of [...this.#former.keys()]) this.#closeFormer(connection);
    for (const end of this.#pauses) end();
  }

  /** Null where nobody is known to lead. */
  async #askController<Request extends MessageDeclaration, Response extends MessageDeclaration>(
    exchange: PeerExchange<Request, Response>,
  ): Promise<PeerAnswer<Response> | null> {
    const controller = this.#needs.controller();
    if (controller === null) return null;
    if (controller.kind === 'self') return this.#needs.own.ask(exchange);
    const connection = this.#connectionTo(controller);
    connection.asked += 1;
    const answer = await connection.channel.ask(exchange);
    connection.asked -= 1;
    if (connection.asked === 0 && this.#former.has(connection)) this.#closeFormer(connection);
    return answer;
  }

  #connectionTo(controller: { readonly host: string; readonly port: number }): Connection {
    const address = addressText(controller);
    if (this.#connection?.address === address) return this.#connection;
    this.#retire();
    const { host, port } = controller;
    this.#connection = { address, channel: this.#needs.open({ host, port }), asked: 0 };
    return this.#connection;
  }

  #retire(): void {
    const { clock, patienceMs } = this.#needs;
    const connection = this.#connection;
    this.#connection = null;
    if (connection === null) return;
    if (connection.asked === 0) connection.channel.close();
    else
      this.#former.set(
        connection,
        clock.after(patienceMs, () => this.#closeFormer(connection)),
      );
  }

  #closeFormer(connection: Connection): void {
    this.#former.get(connection)?.cancel();
    this.#former.delete(connection);
    connection.channel.close();
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        timer.cancel();
        this.#pauses.delete(end);
        resolve();
      };
      const timer = this.#needs.clock.after(Math.max(0, ms), end);
      this.#pauses.add(end);
    });
  }
}

function addressText({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host}:${port}`;
}

function isFromNoController(body: Decoded<MessageDeclaration>): boolean {
  return 'errorCode' in body && body.errorCode === ErrorCode.NOT_CONTROLLER;
}
