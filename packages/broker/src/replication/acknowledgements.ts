import { ErrorCode } from '../protocol/errors.ts';

export const NO_ERROR: Promise<number> = Promise.resolve(ErrorCode.NONE);

/** When both are done: the first error, or none. */
export async function firstError(one: Promise<number>, other: Promise<number>): Promise<number> {
  const [code, otherCode] = await Promise.all([one, other]);
  return code === ErrorCode.NONE ? otherCode : code;
}

/** An append that is on its way: who waits for it, and what it adds to the readable bytes. */
interface PendingAppend {
  /** The append is complete when the high watermark is at or above this. */
  readonly endOffset: number;
  readonly bytes: number;
  readonly acknowledge: (errorCode: number) => void;
}

/**
 * Appends of one partition above its high watermark, in the order of their offsets. The purgatory of acks=all
 * produce requests: moving the high watermark costs as much as appends it passed.
 */
export class Acknowledgements {
  #pending: PendingAppend[] = [];
  #first = 0;

  get size(): number {
    return this.#pending.length - this.#first;
  }

  /** Resolves with `NONE` when the high watermark has passed the append, or with the code given to `failAll`. */
  await(endOffset: number, bytes: number): Promise<number> {
    return new Promise((acknowledge) => {
      this.#pending.push({ endOffset, bytes, acknowledge });
    });
  }

  /** Acknowledges everything up to `highWatermark`; returns how many bytes became readable. */
  acknowledgeTo(highWatermark: number): number {
    let bytes = 0;
    for (;;) {
      const next = this.#pending[this.#first];
      if (next === undefined || next.endOffset > highWatermark) break;
      this.#first += 1;
      bytes += next.bytes;
      next.acknowledge(0);
    }
    if (this.#first === this.#pending.length) {
      this.#pending = [];
      this.#first = 0;
    }
    return bytes;
  }

  /** Answers those with an error whose records end above `endOffset`: they are not in the log and will not be. */
  failAbove(endOffset: number, errorCode: number): void {
    const pending = this.#pending.slice(this.#first);
    this.#pending = pending.filter((append) => append.endOffset <= endOffset);
    this.#first = 0;
    for (const append of pending) if (append.endOffset > endOffset) append.acknowledge(errorCode);
  }

  /** Answers everyone who waits with an error: the broker no longer leads, or the log failed. */
  failAll(errorCode: number): void {
    const pending = this.#pending.slice(this.#first);
    this.#pending = [];
    this.#first = 0;
    for (const append of pending) append.acknowledge(errorCode);
  }
}
