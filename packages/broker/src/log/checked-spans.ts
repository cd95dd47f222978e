/**
 * A batch that was found as it was written so lately lies in the page cache: it would not come from the disk again, and
 * is not checked again (ADR 15).
 */
const KNOWN_MS = 30_000;

/** How many readers' ways through a file are told apart. */
const SPANS_MAX = 8;

/** Bytes of a file whose batches were checked, none of them before `sinceMs`. */
interface CheckedSpan {
  readonly from: number;
  readonly to: number;
  readonly sinceMs: number;
}

/** Which parts of one file were checked within the last half minute. Times are of the monotonic clock. */
export class CheckedSpans {
  /** Oldest first. */
  #spans: readonly CheckedSpan[] = [];

  /** How many bytes from `position` on need no check. */
  knownBytes(position: number, nowMs: number): number {
    this.#forget(nowMs);
    const ends = this.#spans.filter(({ from }) => from <= position).map(({ to }) => to);
    return Math.max(0, ...ends.map((to) => to - position));
  }

  /** The batches from `from` to `to` are as they were written. */
  note(from: number, to: number, nowMs: number): void {
    if (to <= from) return;
    this.#forget(nowMs);
    const before = this.#spans.findIndex((span) => span.from <= from && span.to >= from);
    const known = this.#spans[before];
    if (known === undefined)
      this.#spans = [...this.#spans.slice(1 - SPANS_MAX), { from, to, sinceMs: nowMs }];
    else if (to > known.to) this.#spans = this.#spans.with(before, { ...known, to });
  }

  #forget(nowMs: number): void {
    const [oldest] = this.#spans;
    if (oldest !== undefined && nowMs - oldest.sinceMs >= KNOWN_MS)
      this.#spans = this.#spans.filter(({ sinceMs }) => nowMs - sinceMs < KNOWN_MS);
  }
}
