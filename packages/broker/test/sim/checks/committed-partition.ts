import { isSameBatch, type StoredHeader, textOf } from './stored-headers.ts';

/** Every batch of one partition that was ever below a high watermark, as the first leader to say so had it. */
export class CommittedPartition {
  readonly #batches: StoredHeader[] = [];
  /** In which epoch the leader was that was the first to say so, of each of them. */
  readonly #committedIn: number[] = [];

  /** Behind the last of them. */
  get endOffset(): number {
    return this.#batches.at(-1)?.endOffset ?? 0;
  }

  /** Those from the one that holds `from`. */
  from(from: number): readonly StoredHeader[] {
    let low = 0;
    let high = this.#batches.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#batches[middle]?.endOffset ?? 0) <= from) low = middle + 1;
      else high = middle;
    }
    return this.#batches.slice(low);
  }

  /** Behind the last that whoever leads in `leaderEpoch` must have: what later leaders commit may have passed it by. */
  endFor(leaderEpoch: number): number {
    const at = this.#committedIn.findIndex((epoch) => epoch > leaderEpoch);
    return at < 0 ? this.endOffset : (this.#batches[at]?.baseOffset ?? 0);
  }

  /** Takes over what is behind the end; batches that reach above `to` are not committed. */
  extend(stored: readonly StoredHeader[], { to, leaderEpoch }: { to: number; leaderEpoch: number }): void {
    for (const batch of stored) {
      if (batch.baseOffset < this.endOffset || batch.endOffset > to) continue;
      this.#batches.push(batch);
      this.#committedIn.push(leaderEpoch);
    }
  }

  /** From here on nothing is known any more: it was lost, beyond what is promised. */
  forgetFrom(offset: number): void {
    while (this.endOffset > offset) this.#batches.pop();
    this.#committedIn.length = this.#batches.length;
  }

  /** Where a log parts from what is committed between two offsets, in words; null when it does not. */
  differenceTo(
    stored: readonly StoredHeader[],
    { from, to }: { readonly from: number; readonly to: number },
  ): { readonly offset: number; readonly text: string } | null {
    let at = 0;
    for (const committed of this.from(from)) {
      if (committed.baseOffset >= to) return null;
      while ((stored[at]?.endOffset ?? Number.POSITIVE_INFINITY) <= committed.baseOffset) at += 1;
      const found = stored[at];
      if (found !== undefined && isSameBatch(found, committed)) continue;
      return {
        offset: committed.baseOffset,
        text: `${textOf(committed)} was committed, there is ${textOf(found)}`,
      };
    }
    return null;
  }
}
