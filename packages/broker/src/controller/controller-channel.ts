import { ErrorCode } from '../protocol/errors.ts';
import type { Decoded, MessageDeclaration } from '../protocol/message.ts';
import type { PeerAnswer, PeerChannel, PeerExchange } from '../protocol/peer-channel.ts';
import type { Clock } from '../runtime/clock.ts';

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
}

export interface ClosablePeerChannel extends PeerChannel {
  close(): void;
}

const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 500;

/** Of the time that a request waits already: whoever leads in the end keeps it waiting for little longer. */
const PAUSE_PART = 4;

/**
 * The way to whichever node is the controller. A request is asked again, of whoever leads by then, until it is answered
 * by a controller or its time is over: it may have been carried out more than once then.
 */
export class ControllerChannel implements PeerChannel {
  readonly #needs: ControllerChannelNeeds;
  #connection: { readonly address: string; readonly channel: ClosablePeerChannel } | null = null;
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
      const answer = await this.#channel()?.ask({ ...exchange, timeoutMs });
      if (answer?.kind === 'answered' && !isFromNoController(answer.body)) return answer;
      if (answer?.kind === 'unanswered') reason = answer.reason;
      if (answer?.kind === 'answered') reason = 'the node that was asked is not the controller';
      const waitedMs = clock.monotonicMs() - beganMs;
      const pauseMs = Math.min(Math.max(FIRST_PAUSE_MS, waitedMs / PAUSE_PART), LONGEST_PAUSE_MS);
      await this.#pause(Math.min(pauseMs, deadlineMs - clock.monotonicMs()));
    }
  }

  /** Another node may be the controller now: it is asked at once, and the one before it is not waited for. */
  controllerChanged(): void {
    const controller = this.#needs.controller();
    if (controller === null) return;
    const address = controller.kind === 'self' ? null : addressText(controller);
    if (this.#connection !== null && this.#connection.address !== address) {
      this.#connection.channel.close();
      this.#connection = null;
    }
    for (const end of this.#pauses) end();
  }

  /** Whoever waits is told that there will be no answer. */
  close(): void {
    this.#isClosed = true;
    this.#connection?.channel.close();
    this.#connection = null;
    for (const end of this.#pauses) end();
  }

  #channel(): PeerChannel | null {
    const controller = this.#needs.controller();
    if (controller === null) return null;
    if (controller.kind === 'self') return this.#needs.own;
    const { host, port } = controller;
    const address = addressText(controller);
    if (this.#connection?.address !== address) {
      this.#connection?.channel.close();
      this.#connection = { address, channel: this.#needs.open({ host, port }) };
    }
    return this.#connection.channel;
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
