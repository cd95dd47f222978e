import { ErrorCode } from '../protocol/errors.ts';
import type { Encodable } from '../protocol/message.ts';
import { controllerRegistrationRequest } from '../protocol/messages/controller-registration-request.ts';
import { controllerRegistrationResponse } from '../protocol/messages/controller-registration-response.ts';
import type { PeerChannel } from '../protocol/peer-channel.ts';
import type { Clock, Timer } from '../runtime/clock.ts';

export interface ControllerRegistrarNeeds {
  readonly clock: Clock;
  /** The way to the controller that decides. */
  readonly controller: PeerChannel;
  /** What this node's controller says of itself. */
  readonly registration: Encodable<typeof controllerRegistrationRequest>;
  /** How long an answer is waited for. */
  readonly timeoutMs: number;
}

const PAUSE_MS = 200;

/** Tells the cluster once where this node's controller is reached and what it can (KIP-919); asks until it is heard. */
export class ControllerRegistrar {
  readonly #needs: ControllerRegistrarNeeds;
  #isClosed = false;
  #pause: { readonly timer: Timer; readonly end: () => void } | null = null;

  constructor(needs: ControllerRegistrarNeeds) {
    this.#needs = needs;
  }

  /** Resolves when the controller is registered, or this is closed before. */
  async register(): Promise<void> {
    while (!this.#isClosed && !(await this.#ask())) {
      if (!this.#isClosed) await this.#sleep();
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#pause?.timer.cancel();
    this.#pause?.end();
  }

  async #ask(): Promise<boolean> {
    const { controller, registration, timeoutMs } = this.#needs;
    const answer = await controller.ask({
      request: controllerRegistrationRequest,
      response: controllerRegistrationResponse,
      version: 0,
      body: registration,
      timeoutMs,
    });
    return answer.kind === 'answered' && answer.body.errorCode === ErrorCode.NONE;
  }

  #sleep(): Promise<void> {
    return new Promise((end) => {
      this.#pause = { timer: this.#needs.clock.after(PAUSE_MS, end), end };
    });
  }
}
