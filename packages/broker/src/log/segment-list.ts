import { invariant } from '../runtime/invariant.ts';
import type { Segment } from './segment.ts';

/** The segments of a log in ascending order; the last one is the active one. Never empty. */
export class SegmentList {
  #segments: readonly Segment[];

  constructor(segments: readonly Segment[]) {
    invariant(segments.length > 0, 'a log has at least one segment');
    this.#segments = segments;
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
    return this.#segments.reduce((sum, segment) => sum + segment.sizeInBytes, 0);
  }

  add(segment: Segment): void {
    invariant(
      segment.baseOffset > this.active.baseOffset,
      `segment ${segment.path} is not behind the last one`,
    );
    this.#segments = [...this.#segments, segment];
  }

  /** Takes segments out. One must stay. */
  remove(segments: readonly Segment[]): void {
    const kept = this.#segments.filter((segment) => !segments.includes(segment));
    invariant(kept.length > 0, 'a log has at least one segment');
    this.#segments = kept;
  }

  /** Puts one segment in the place of all. */
  replaceAll(segment: Segment): void {
    this.#segments = [segment];
  }

  /** The segments from the one that holds `offset` on; all when the offset lies before the first. */
  from(offset: number): readonly Segment[] {
    return this.#segments.slice(Math.max(0, this.#floor(offset)));
  }

  /** The segment behind `segment`, or undefined. */
  after(segment: Segment): Segment | undefined {
    return this.#segments[this.#floor(segment.baseOffset) + 1];
  }

  /** The place of the last segment that does not begin behind `offset`, or -1. */
  #floor(offset: number): number {
    let low = -1;
    let high = this.#segments.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#at(middle).baseOffset <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #at(index: number): Segment {
    const segment = this.#segments[index];
    invariant(segment !== undefined, `there is no segment ${index}`);
    return segment;
  }
}
