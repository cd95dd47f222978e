import { DamagedLogError } from './damaged-log-error.ts';
import type { LogEnvironment } from './log-environment.ts';
import { type LogRecords, noRecords, type ReadRequest } from './log-read.ts';
import type { Segment } from './segment.ts';
import type { SegmentList } from './segment-list.ts';
import { takeBatches } from './taken-batches.ts';

/** What is read from a file at once, whatever was asked for: an answer may always be shorter. */
const READ_BYTES_MAX = 4 * 1024 * 1024;

/** The least that is read, so that the header of a batch is surely there. */
const READ_BYTES_MIN = 4096;

/** How many readers' positions are remembered. */
const BOOKMARKS = 64;

interface Bookmark {
  readonly segment: Segment;
  readonly position: number;
}

/** Reads batches from the files of a log. Remembers where readers stopped, so that going on needs no look-up. */
export class LogReader {
  readonly #environment: LogEnvironment;
  readonly #segments: SegmentList;
  /** By the offset that comes next. */
  readonly #bookmarks = new Map<number, Bookmark>();

  constructor(environment: LogEnvironment, segments: SegmentList) {
    this.#environment = environment;
    this.#segments = segments;
  }

  /** Forgets all positions: segments were taken away or cut off. */
  reset(): void {
    this.#bookmarks.clear();
  }

  /** What the request asks for, from one segment at a time. */
  async read(request: ReadRequest): Promise<LogRecords> {
    const bookmark = this.#bookmarks.get(request.fromOffset);
    for (const segment of this.#segments.ascendingFrom(bookmark?.segment.baseOffset ?? request.fromOffset)) {
      if (segment.sizeInBytes === 0) continue;
      const position =
        segment === bookmark?.segment ? bookmark.position : await segment.positionOf(request.fromOffset);
      if (position >= segment.sizeInBytes) continue;
      return this.#readAt(segment, position, request);
    }
    return noRecords(request.fromOffset);
  }

  async #readAt(segment: Segment, position: number, request: ReadRequest): Promise<LogRecords> {
    const left = segment.sizeInBytes - position;
    const wanted = Math.max(READ_BYTES_MIN, Math.min(request.maxBytes, READ_BYTES_MAX));
    const { buffers } = this.#environment;
    let bytes = await this.#readBytes(segment, position, Math.min(left, wanted));
    let taken = takeBatches(bytes, left, request);
    if (taken.missingBytes > 0) {
      buffers.release(bytes);
      bytes = await this.#readBytes(segment, position, Math.min(left, taken.missingBytes));
      taken = takeBatches(bytes, left, request);
    }
    if (taken.flaw !== null) {
      buffers.release(bytes);
      const flaw = { position, offset: request.fromOffset, reason: taken.flaw };
      throw new DamagedLogError(segment.path, flaw);
    }
    if (taken.sizeInBytes === 0) {
      buffers.release(bytes);
      return noRecords(request.fromOffset);
    }
    this.#remember(taken.nextOffset, { segment, position: position + taken.sizeInBytes });
    return {
      kind: 'records',
      parts: [bytes.subarray(0, taken.sizeInBytes)],
      sizeInBytes: taken.sizeInBytes,
      nextOffset: taken.nextOffset,
    };
  }

  async #readBytes(segment: Segment, position: number, length: number): Promise<Uint8Array> {
    const buffer = this.#environment.buffers.take(length);
    const count = await segment.read(buffer, position);
    return buffer.subarray(0, count);
  }

  #remember(offset: number, bookmark: Bookmark): void {
    this.#bookmarks.delete(offset);
    this.#bookmarks.set(offset, bookmark);
    if (this.#bookmarks.size <= BOOKMARKS) return;
    for (const oldest of this.#bookmarks.keys()) {
      this.#bookmarks.delete(oldest);
      break;
    }
  }
}
