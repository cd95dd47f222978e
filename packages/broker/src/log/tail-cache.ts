import type { BufferPool } from '../runtime/buffer-pool.ts';
import { type LogRecords, noRecords, type ReadRequest } from './log-read.ts';

/** One batch of a log's tail, as it was written. */
export interface CachedBatch {
  readonly bytes: Uint8Array;
  readonly firstOffset: number;
  readonly lastOffset: number;
}

/** A batch smaller than this part of the frame it came in is copied out of it: it would keep all of it alive. */
const SMALLEST_SHARE = 1 / 64;

/** What keeping a batch costs besides its bytes: its entries here and in its tail. */
export const BYTES_PER_BATCH = 256;

/** Batches dropped from the front of a tail before its array is rewritten. */
const GAP_BEFORE_COMPACTION = 64;

/** After so many batches without a reader a follower takes it that it has none. */
const UNREAD_BATCHES = 64;

/**
 * The newest batches of all logs of a directory, so that consumers at the end are served the very bytes that were
 * received. Its budget counts the memory behind the batches: a frame shared by several counts once, for as long
 * as one of them is kept. What came first goes first. What is kept is held in the pool that it came from, and what is
 * read once more, for the socket that it goes to.
 */
export class TailCache {
  readonly #budgetBytes: number;
  readonly #buffers: BufferPool;
  /** Oldest first. */
  readonly #kept = new Map<CachedBatch, LogTail>();
  /** How many kept batches lie in each frame. */
  readonly #sharers = new Map<ArrayBufferLike, number>();
  #usedBytes = 0;

  constructor(budgetBytes: number, buffers: BufferPool) {
    this.#budgetBytes = budgetBytes;
    this.#buffers = buffers;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** The tail of one more log. */
  tail(): LogTail {
    return new LogTail(this);
  }

  /** Keeps a batch for `tail`, at the cost of the oldest of any log. Null when it is larger than the budget. */
  keep(tail: LogTail, batch: CachedBatch): CachedBatch | null {
    const bytes = ownBytes(batch.bytes);
    const frame = bytes.buffer;
    if (frame.byteLength + BYTES_PER_BATCH > this.#budgetBytes) return null;
    const kept = { bytes, firstOffset: batch.firstOffset, lastOffset: batch.lastOffset };
    const sharers = this.#sharers.get(frame) ?? 0;
    this.#sharers.set(frame, sharers + 1);
    if (sharers === 0) this.#buffers.hold(bytes);
    this.#usedBytes += BYTES_PER_BATCH + (sharers === 0 ? frame.byteLength : 0);
    for (const [oldest, owner] of this.#kept) {
      if (this.#usedBytes <= this.#budgetBytes) break;
      owner.dropOldest();
      this.release(oldest);
    }
    this.#kept.set(kept, tail);
    return kept;
  }

  /** Holds what is about to be sent. */
  lend(bytes: Uint8Array): void {
    this.#buffers.hold(bytes);
  }

  /** Forgets a batch, and its frame with the last one in it. */
  release(batch: CachedBatch): void {
    this.#kept.delete(batch);
    this.#usedBytes -= BYTES_PER_BATCH;
    const frame = batch.bytes.buffer;
    const sharers = (this.#sharers.get(frame) ?? 1) - 1;
    if (sharers > 0) {
      this.#sharers.set(frame, sharers);
      return;
    }
    this.#sharers.delete(frame);
    this.#buffers.release(batch.bytes);
    this.#usedBytes -= frame.byteLength;
  }
}

/** The kept batches of one log: without a gap, ending at its end. */
export class LogTail {
  readonly #cache: TailCache;
  #batches: CachedBatch[] = [];
  /** How many at the front of `#batches` are dropped already. */
  #dropped = 0;
  /** How many batches a follower has taken over since somebody wanted to read here. */
  #unread = UNREAD_BATCHES;

  constructor(cache: TailCache) {
    this.#cache = cache;
  }

  /** Keeps a batch that was written behind the last one. */
  add(batch: CachedBatch): void {
    const kept = this.#cache.keep(this, batch);
    if (kept === null) this.clear();
    else this.#batches.push(kept);
  }

  /**
   * Keeps a batch of a leader, as long as somebody reads here. Most followers nobody reads: their memory goes round
   * among the next few fetches instead, and stays in the processor's cache.
   */
  follow(batch: CachedBatch): void {
    this.#unread++;
    if (this.#unread <= UNREAD_BATCHES) this.add(batch);
    else if (this.#batches.length > 0) this.clear();
  }

  /** Called by the cache when it takes the oldest batch away. */
  dropOldest(): void {
    this.#dropped++;
    if (this.#dropped < GAP_BEFORE_COMPACTION || this.#dropped * 2 < this.#batches.length) return;
    this.#batches = this.#batches.slice(this.#dropped);
    this.#dropped = 0;
  }

  /** Forgets all: the log was truncated, or is closed. */
  clear(): void {
    for (const batch of this.#batches.slice(this.#dropped)) this.#cache.release(batch);
    this.#batches = [];
    this.#dropped = 0;
  }

  /** What the request asks for, or null when the batch that it begins with is not kept. */
  read(request: ReadRequest): LogRecords | null {
    this.#unread = 0;
    const first = this.#indexOf(request.fromOffset);
    if (first < 0) return null;
    const parts: Uint8Array[] = [];
    let sizeInBytes = 0;
    let nextOffset = request.fromOffset;
    for (let index = first; index < this.#batches.length; index++) {
      const batch = this.#batches[index];
      if (batch === undefined || batch.lastOffset >= request.upToOffset) break;
      const isForced = parts.length === 0 && request.minOneBatch;
      if (sizeInBytes + batch.bytes.length > request.maxBytes && !isForced) break;
      parts.push(batch.bytes);
      this.#cache.lend(batch.bytes);
      sizeInBytes += batch.bytes.length;
      nextOffset = batch.lastOffset + 1;
    }
    return parts.length === 0
      ? noRecords(request.fromOffset)
      : { kind: 'records', parts, sizeInBytes, nextOffset };
  }

  /** The place of the batch that holds `offset`, or -1. */
  #indexOf(offset: number): number {
    const oldest = this.#batches[this.#dropped];
    const newest = this.#batches.at(-1);
    if (oldest === undefined || newest === undefined) return -1;
    if (offset < oldest.firstOffset || offset > newest.lastOffset) return -1;
    let low = this.#dropped;
    let high = this.#batches.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#batches[middle]?.lastOffset ?? offset) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function ownBytes(bytes: Uint8Array): Uint8Array {
  // A typed array of its own has memory of its own length; `slice` of a Buffer would share.
  return bytes.length >= bytes.buffer.byteLength * SMALLEST_SHARE ? bytes : new Uint8Array(bytes);
}
