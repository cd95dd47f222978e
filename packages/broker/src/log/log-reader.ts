import { CheckedSpans } from './checked-spans.ts';
import { DamagedLogError } from './damaged-log-error.ts';
import type { LogEnvironment } from './log-environment.ts';
import { type LogRecords, noRecords, type ReadRequest } from './log-read.ts';
import type { PieceAhead, ReadBytes, ReadPlace } from './read-ahead.ts';
import type { Segment } from './segment.ts';
import type { SegmentList } from './segment-list.ts';
import { takeBatches } from './taken-batches.ts';

/** What is read from a file at once, whatever was asked for: an answer may always be shorter. */
const READ_BYTES_MAX = 4 * 1024 * 1024;

/** The least that is read, so that the header of a batch is surely there. */
const READ_BYTES_MIN = 4096;

/** How many readers' positions are remembered. */
const BOOKMARKS = 64;

/** Where a reader has stopped, and what of the rest is being read while he is busy. */
interface Bookmark {
  readonly place: ReadPlace;
  readonly ahead: PieceAhead | null;
}

/**
 * Reads batches from the files of a log. Remembers where readers stopped, so that going on needs no look-up, and reads
 * ahead for those that went on before.
 */
export class LogReader {
  readonly #environment: LogEnvironment;
  readonly #segments: SegmentList;
  /** By the offset that comes next. */
  readonly #bookmarks = new Map<number, Bookmark>();
  #checked = new WeakMap<Segment, CheckedSpans>();

  constructor(environment: LogEnvironment, segments: SegmentList) {
    this.#environment = environment;
    this.#segments = segments;
  }

  /** Forgets all positions, what was read ahead and what was checked: segments were taken away or cut off. */
  reset(): void {
    this.#checked = new WeakMap();
    for (const bookmark of this.#bookmarks.values()) this.#drop(bookmark);
    this.#bookmarks.clear();
  }

  /** What the request asks for, from one segment at a time. */
  async read(request: ReadRequest): Promise<LogRecords> {
    const bookmark = this.#bookmarks.get(request.fromOffset);
    const from = bookmark?.place.segment.baseOffset ?? request.fromOffset;
    for (const segment of this.#segments.ascendingFrom(from)) {
      if (segment.sizeInBytes === 0) continue;
      const isMarked = segment === bookmark?.place.segment;
      const position = isMarked ? bookmark.place.position : await segment.positionOf(request.fromOffset);
      if (position >= segment.sizeInBytes) continue;
      const ahead = isMarked ? bookmark.ahead : null;
      return this.#readAt({ segment, position }, request, { goesOn: bookmark !== undefined, ahead });
    }
    return noRecords(request.fromOffset);
  }

  async #readAt(
    place: ReadPlace,
    request: ReadRequest,
    { goesOn, ahead }: { readonly goesOn: boolean; readonly ahead: PieceAhead | null },
  ): Promise<LogRecords> {
    const { segment, position } = place;
    const left = segment.sizeInBytes - position;
    const wanted = Math.max(READ_BYTES_MIN, Math.min(request.maxBytes, READ_BYTES_MAX));
    const { buffers, readAhead } = this.#environment;
    let read =
      (ahead === null ? null : await readAhead.take(ahead)) ??
      (await this.#readBytes(place, Math.min(left, wanted)));
    let taken = takeBatches(read, left, request);
    if (taken.missingBytes > 0) {
      buffers.release(read.bytes);
      read = await this.#readBytes(place, Math.min(left, taken.missingBytes));
      taken = takeBatches(read, left, request);
    }
    if (taken.flaw !== null) {
      buffers.release(read.bytes);
      const flaw = { position, offset: request.fromOffset, reason: taken.flaw };
      throw new DamagedLogError(segment.path, flaw);
    }
    if (taken.sizeInBytes === 0) {
      buffers.release(read.bytes);
      return noRecords(request.fromOffset);
    }
    const nowMs = this.#environment.clock.monotonicMs();
    const checked = this.#checkedOf(segment);
    const next = { segment, position: position + taken.sizeInBytes };
    checked.note(position + read.knownBytes, next.position, nowMs);
    const isMore = taken.nextOffset < request.upToOffset && next.position < segment.sizeInBytes;
    const length = Math.min(segment.sizeInBytes - next.position, wanted);
    const knownBytes = checked.knownBytes(next.position, nowMs);
    const begun = () => readAhead.begin(next, length, { knownBytes, answer: read.bytes });
    this.#remember(taken.nextOffset, { place: next, ahead: goesOn && isMore ? begun() : null });
    return {
      kind: 'records',
      parts: [read.bytes.subarray(0, taken.sizeInBytes)],
      sizeInBytes: taken.sizeInBytes,
      nextOffset: taken.nextOffset,
    };
  }

  async #readBytes({ segment, position }: ReadPlace, length: number): Promise<ReadBytes> {
    const buffer = this.#environment.buffers.take(length);
    const knownBytes = this.#checkedOf(segment).knownBytes(position, this.#environment.clock.monotonicMs());
    const count = await segment.read(buffer, position);
    return { bytes: buffer.subarray(0, count), checkedBytes: knownBytes, knownBytes };
  }

  #checkedOf(segment: Segment): CheckedSpans {
    const known = this.#checked.get(segment);
    if (known !== undefined) return known;
    const none = new CheckedSpans();
    this.#checked.set(segment, none);
    return none;
  }

  #remember(offset: number, bookmark: Bookmark): void {
    const known = this.#bookmarks.get(offset);
    if (known !== undefined) this.#drop(known);
    this.#bookmarks.delete(offset);
    this.#bookmarks.set(offset, bookmark);
    if (this.#bookmarks.size <= BOOKMARKS) return;
    for (const [oldest, forgotten] of this.#bookmarks) {
      this.#drop(forgotten);
      this.#bookmarks.delete(oldest);
      break;
    }
  }

  #drop({ ahead }: Bookmark): void {
    if (ahead !== null) this.#environment.readAhead.drop(ahead);
  }
}
