import type { Answer, ReplyTo } from './coordinator-machine.ts';

/**
 * One request that a machine is to answer, now or in a later decision. Settles once; answers that come after
 * that (from a decision that outlived its timeout) are dropped.
 */
export class RequestReply<Response> implements ReplyTo<Response> {
  readonly promise: Promise<Response>;
  readonly #refusal: (errorCode: number) => Response;
  readonly #onSettled: (reply: RequestReply<Response>) => void;
  #resolve: ((response: Response) => void) | null;

  constructor(refusal: (errorCode: number) => Response, onSettled: (reply: RequestReply<Response>) => void) {
    const { promise, resolve } = Promise.withResolvers<Response>();
    this.promise = promise;
    this.#resolve = resolve;
    this.#refusal = refusal;
    this.#onSettled = onSettled;
  }

  answer(response: Response): Answer {
    return {
      release: () => this.#settle(response),
      fail: (errorCode) => this.fail(errorCode),
    };
  }

  refuse(errorCode: number): Answer {
    return this.answer(this.#refusal(errorCode));
  }

  fail(errorCode: number): void {
    if (this.#resolve !== null) this.#settle(this.#refusal(errorCode));
  }

  #settle(response: Response): void {
    const resolve = this.#resolve;
    if (resolve === null) return;
    this.#resolve = null;
    resolve(response);
    this.#onSettled(this);
  }
}
