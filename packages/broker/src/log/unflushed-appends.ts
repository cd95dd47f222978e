import { ErrorCode } from '../protocol/errors.ts';

/** Whoever waits for the sync of what was written up to `lastOffset`. */
interface Unflushed {
  readonly lastOffset: number;
  readonly completion: PromiseWithResolvers<number>;
}

/** Appends that are written and do not count before they are synced. */
export class UnflushedAppends {
  #waiting: Unflushed[] = [];
  /** What becomes of all that is added from now on; null while it may be synced. */
  #ended: number | null = null;

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  add(append: Unflushed): void {
    if (this.#ended === null) this.#waiting.push(append);
    else append.completion.resolve(this.#ended);
  }

  /** Resolves as an append that ends with `lastOffset` does. */
  await(lastOffset: number): Promise<number> {
    const completion = Promise.withResolvers<number>();
    this.add({ lastOffset, completion });
    return completion.promise;
  }

  /** Everything below `endOffset` counts. */
  complete(endOffset: number): void {
    // A duplicate waits behind later appends, so the offsets do not ascend.
    const waiting = this.#waiting;
    this.#waiting = waiting.filter(({ lastOffset }) => lastOffset >= endOffset);
    for (const { lastOffset, completion } of waiting)
      if (lastOffset < endOffset) completion.resolve(ErrorCode.NONE);
  }

  /** Nothing is synced any more, also not what is still being written. */
  failAll(errorCode: number): void {
    this.#ended = errorCode;
    this.failFrom(0, errorCode);
  }

  /** Everything from `offset` on is gone. */
  failFrom(offset: number, errorCode: number): void {
    const waiting = this.#waiting;
    this.#waiting = waiting.filter(({ lastOffset }) => lastOffset < offset);
    for (const { lastOffset, completion } of waiting) if (lastOffset >= offset) completion.resolve(errorCode);
  }
}
