import { BATCH_HEADER_BYTES, batchSizeAt, lastOffsetAt } from '../protocol/record-batch.ts';
import type { BufferPool } from '../runtime/buffer-pool.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import type { Segment } from './segment.ts';
import { flawOf } from './segment-scan.ts';

/** A place in a segment that a reader will ask for next. */
export interface ReadPlace {
  readonly segment: Segment;
  readonly position: number;
}

/** Bytes of a segment; the batches in the first `checkedBytes` of them are as they were written. */
export interface ReadBytes {
  readonly bytes: Uint8Array;
  readonly checkedBytes: number;
  /** How many of these were checked before they were read this time. */
  readonly knownBytes: number;
}

/** A reader that has not come back after so long has another plan. */
const KEPT_MS = 1_000;

/**
 * What readers that go through a file one answer after the other will ask for next: read and checked while they are
 * busy with what they have. All logs of a directory share its budget. Where that is spent nothing more is read ahead:
 * to give up what was not asked for yet would read everything twice.
 */
export class ReadAhead {
  readonly #clock: Clock;
  readonly #buffers: BufferPool;
  readonly #budgetBytes: number;
  /** Oldest first. */
  readonly #pieces = new Set<PieceAhead>();
  #usedBytes = 0;
  #timer: Timer | null = null;

  constructor(clock: Clock, buffers: BufferPool, budgetBytes: number) {
    this.#clock = clock;
    this.#buffers = buffers;
    this.#budgetBytes = budgetBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /**
   * Reads as soon as `answer`, the bytes before the place, is sent: not before, for the copying of both would only stand
   * in each other's way. Null where the budget does not allow it. The first `knownBytes` need no check.
   */
  begin(
    place: ReadPlace,
    length: number,
    { knownBytes, answer }: { readonly knownBytes: number; readonly answer: Uint8Array },
  ): PieceAhead | null {
    if (this.#usedBytes + length > this.#budgetBytes) return null;
    this.#usedBytes += length;
    const piece = { length, begunMs: this.#clock.monotonicMs(), reading: null as PieceAhead['reading'] };
    this.#pieces.add(piece);
    this.#timer ??= this.#clock.after(KEPT_MS, () => this.#dropOld());
    this.#buffers.whenReleased(answer, () => {
      if (this.#pieces.has(piece)) piece.reading = this.#read(place, length, knownBytes);
    });
    return piece;
  }

  async #read({ segment, position }: ReadPlace, length: number, knownBytes: number): Promise<ReadBytes> {
    const bytes = this.#buffers.take(length);
    try {
      const count = await segment.read(bytes, position);
      return checked(bytes.subarray(0, count), knownBytes);
    } catch {
      // Whoever needs these bytes will read them, and hear of it.
      return { bytes: bytes.subarray(0, 0), checkedBytes: 0, knownBytes: 0 };
    }
  }

  /** Gives the bytes to the first who asks; null to others, and when they were dropped or are not being read yet. */
  async take(piece: PieceAhead): Promise<ReadBytes | null> {
    return this.#forget(piece) ? piece.reading : null;
  }

  /** The bytes are not wanted, or no longer what lies in the file. */
  drop(piece: PieceAhead): void {
    if (this.#forget(piece)) void piece.reading?.then(({ bytes }) => this.#buffers.release(bytes));
  }

  close(): void {
    for (const piece of this.#pieces) this.drop(piece);
    this.#timer?.cancel();
    this.#timer = null;
  }

  #forget(piece: PieceAhead): boolean {
    if (!this.#pieces.delete(piece)) return false;
    this.#usedBytes -= piece.length;
    return true;
  }

  #dropOld(): void {
    this.#timer = null;
    const nowMs = this.#clock.monotonicMs();
    for (const piece of this.#pieces) {
      const leftMs = piece.begunMs + KEPT_MS - nowMs;
      if (leftMs > 0) {
        this.#timer = this.#clock.after(leftMs, () => this.#dropOld());
        return;
      }
      this.drop(piece);
    }
  }
}

/** A piece of a segment that is read before anybody has asked for it. */
export interface PieceAhead {
  /** Null until it is begun. Never rejects; empty where the disk refused. */
  readonly reading: Promise<ReadBytes> | null;
  readonly length: number;
  readonly begunMs: number;
}

/** How much of the front is whole batches without a flaw. */
function checked(bytes: Uint8Array, knownBytes: number): ReadBytes {
  if (knownBytes >= bytes.length) return { bytes, checkedBytes: bytes.length, knownBytes: bytes.length };
  let at = 0;
  let leastOffset = 0;
  while (at + BATCH_HEADER_BYTES <= bytes.length) {
    const size = batchSizeAt(bytes, at);
    if (size < BATCH_HEADER_BYTES || at + size > bytes.length) break;
    if (at + size > knownBytes && flawOf(bytes, at, leastOffset) !== null) break;
    leastOffset = lastOffsetAt(bytes, at) + 1;
    at += size;
  }
  return { bytes, checkedBytes: at, knownBytes };
}
