import { invariant } from '../runtime/invariant.ts';
import type { Segment } from './segment.ts';

/**
 * The segments of a log in ascending order; the last one is the active one. Never empty. What it costs to find one,
 * or to add one, does not grow with their number (but for its logarithm).
 */
export class SegmentList {
  /** Grows at its end; any other change puts a new array in its place. */
  #segments: Segment[];
  /** Of all but the active one. */
  #closedBytes = 0;
  /** The closed ones that have a transaction index, in ascending order. */
  #transactional: Segment[] = [];

  constructor(segments: readonly Segment[]) {
    this.#segments = [...segments];
    this.#becomes(this.#segments);
  }

  get all(): readonly Segment[] {
    return this.#segments;
  }

  get first(): Segment {
    return this.#at(0);
  }

  get active(): Segment {
    return this.#at(this.#segments.length - 1);
  }

  get sizeInBytes(): number {
    return this.#closedBytes + this.active.sizeInBytes;
  }

  /** Puts a segment behind the active one, which is closed. */
  add(segment: Segment): void {
    const closed = this.active;
    invariant(segment.baseOffset > closed.baseOffset, `segment ${segment.path} is not behind the last one`);
    this.#closedBytes += closed.sizeInBytes;
    if (closed.hasTransactions) this.#transactional.push(closed);
    this.#segments.push(segment);
  }

  /** Takes segments out. One must stay. */
  remove(segments: readonly Segment[]): void {
    const removed = new Set(segments);
    this.#becomes(this.#segments.filter((segment) => !removed.has(segment)));
  }

  /** Puts one closed segment in the place of neighbours that are closed as well. */
  replace(segments: readonly Segment[], replacement: Segment): void {
    const replaced = new Set(segments);
    this.#becomes(
      this.#segments.flatMap((segment) => {
        if (segment === segments[0]) return [replacement];
        return replaced.has(segment) ? [] : [segment];
      }),
    );
  }

  /** Puts one segment in the place of all. */
  replaceAll(segment: Segment): void {
    this.#becomes([segment]);
  }

  /** The segments from the one that holds `offset` on; all when the offset lies before the first. */
  from(offset: number): readonly Segment[] {
    return this.#segments.slice(Math.max(0, floor(this.#segments, offset)));
  }

  /** The same one by one, for a reader that needs few of them; what is added meanwhile is among them. */
  *ascendingFrom(offset: number): Generator<Segment> {
    const segments = this.#segments;
    for (let index = Math.max(0, floor(segments, offset)); index < segments.length; index++) {
      const segment = segments[index];
      if (segment !== undefined) yield segment;
    }
  }

  /** Those of the segments from the one that holds `offset` on in which transactions were aborted. */
  *transactionalFrom(offset: number): Generator<Segment> {
    const { active } = this;
    const closed = this.#transactional;
    const holder = this.#segments[floor(this.#segments, offset)];
    const start = holder === undefined ? 0 : floor(closed, holder.baseOffset - 1) + 1;
    // The active one may be closed before the reader gets to it.
    const end = closed.length;
    for (let index = start; index < end; index++) {
      const segment = closed[index];
      if (segment !== undefined) yield segment;
    }
    if (active.hasTransactions) yield active;
  }

  /** The segment behind `segment`, or undefined. */
  after(segment: Segment): Segment | undefined {
    return this.#segments[floor(this.#segments, segment.baseOffset) + 1];
  }

  #becomes(segments: Segment[]): void {
    invariant(segments.length > 0, 'a log has at least one segment');
    this.#segments = segments;
    const closed = segments.slice(0, -1);
    this.#closedBytes = closed.reduce((sum, segment) => sum + segment.sizeInBytes, 0);
    this.#transactional = closed.filter((segment) => segment.hasTransactions);
  }

  #at(index: number): Segment {
    const segment = this.#segments[index];
    invariant(segment !== undefined, `there is no segment ${index}`);
    return segment;
  }
}

/** The place of the last segment that does not begin behind `offset`, or -1. */
function floor(segments: readonly Segment[], offset: number): number {
  let low = -1;
  let high = segments.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((segments[middle]?.baseOffset ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
