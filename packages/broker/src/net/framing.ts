import { type BufferPool, collectedMemory } from '../runtime/buffer-pool.ts';

/** Bytes of the size prefix (int32, big endian) before each request and response. */
const PREFIX_BYTES = 4;

/** What is set aside at most for bytes that have been announced but not sent. */
const AHEAD_BYTES = 1024 * 1024;

/** A response up to this size travels as one buffer. */
const GATHER_ABOVE_BYTES = 16 * 1024;

export type FrameOutcome =
  | { readonly kind: 'frame'; readonly bytes: Uint8Array }
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'refused'; readonly announcedBytes: number };

const INCOMPLETE: FrameOutcome = { kind: 'incomplete' };

/**
 * Cuts the byte stream of one connection into frames. A size that is negative or above the limit is refused as soon
 * as its four bytes are there; memory follows the bytes that arrived, with a bounded advance. Each byte is copied
 * out of the chunk it came in, as a rule once, into memory of the pool that its frame has alone; who takes the frame
 * holds it.
 */
export class FrameReader {
  readonly #maxFrameBytes: number;
  readonly #buffers: BufferPool;
  /** Whole frames, oldest first, from `#taken` on. */
  #ready: Uint8Array[] = [];
  #taken = 0;
  #readyBytes = 0;
  /** The size prefix, as far as it is there: a signed number of 32 bits. */
  #announcedBytes = 0;
  #prefixFilled = 0;
  /** The frame that is arriving; its size is known once the prefix is complete. */
  #frame: Uint8Array = EMPTY;
  #frameBytes = 0;
  #filled = 0;
  #refusedBytes: number | null = null;

  constructor(maxFrameBytes: number, buffers: BufferPool = collectedMemory) {
    this.#maxFrameBytes = maxFrameBytes;
    this.#buffers = buffers;
  }

  /** Bytes that arrived and have not left as a frame. */
  get bufferedBytes(): number {
    return this.#readyBytes + this.#filled;
  }

  /** Takes bytes in; the chunk may be overwritten afterwards. */
  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length && this.#refusedBytes === null) {
      at = this.#prefixFilled < PREFIX_BYTES ? this.#fillPrefix(chunk, at) : this.#fillFrame(chunk, at);
    }
  }

  /** The next whole frame, without its size prefix. After `refused` the stream has no further meaning. */
  next(): FrameOutcome {
    const bytes = this.#ready[this.#taken];
    if (bytes === undefined) {
      return this.#refusedBytes === null
        ? INCOMPLETE
        : { kind: 'refused', announcedBytes: this.#refusedBytes };
    }
    this.#taken += 1;
    this.#readyBytes -= bytes.length;
    if (this.#taken === this.#ready.length) {
      this.#ready = [];
      this.#taken = 0;
    }
    return { kind: 'frame', bytes };
  }

  #fillPrefix(chunk: Uint8Array, from: number): number {
    let at = from;
    while (at < chunk.length && this.#prefixFilled < PREFIX_BYTES) {
      this.#announcedBytes = (this.#announcedBytes << 8) | (chunk[at] ?? 0);
      this.#prefixFilled += 1;
      at += 1;
    }
    if (this.#prefixFilled < PREFIX_BYTES) return at;
    const announced = this.#announcedBytes;
    if (announced < 0 || announced > this.#maxFrameBytes) {
      this.#refusedBytes = announced;
      return at;
    }
    this.#frameBytes = announced;
    this.#frame = this.#buffers.take(Math.min(announced, AHEAD_BYTES));
    if (announced === 0) this.#finishFrame();
    return at;
  }

  #fillFrame(chunk: Uint8Array, from: number): number {
    const count = Math.min(this.#frameBytes - this.#filled, chunk.length - from);
    const needed = this.#filled + count;
    if (needed > this.#frame.length)
      this.#grow(Math.min(this.#frameBytes, Math.max(needed, this.#filled * 2)));
    this.#frame.set(count === chunk.length ? chunk : chunk.subarray(from, from + count), this.#filled);
    this.#filled = needed;
    if (needed === this.#frameBytes) this.#finishFrame();
    return from + count;
  }

  #grow(length: number): void {
    const grown = this.#buffers.take(length);
    grown.set(this.#frame.subarray(0, this.#filled));
    this.#buffers.release(this.#frame);
    this.#frame = grown;
  }

  #finishFrame(): void {
    this.#ready.push(this.#frame);
    this.#readyBytes += this.#frame.length;
    this.#frame = EMPTY;
    this.#filled = 0;
    this.#prefixFilled = 0;
  }
}

const EMPTY: Uint8Array = new Uint8Array(0);

/** The parts of one message with the size prefix in front, as buffers for one gather write. */
export function frameOf(parts: readonly Uint8Array[]): Uint8Array[] {
  let length = 0;
  for (const part of parts) length += part.length;
  if (length > GATHER_ABOVE_BYTES) return [prefixOf(length), ...parts];
  // Of memory that small buffers share: one of its own costs an allocation outside of the heap.
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + length);
  frame.set(prefixOf(length));
  let position = PREFIX_BYTES;
  for (const part of parts) {
    frame.set(part, position);
    position += part.length;
  }
  return [frame];
}

// Byte by byte: a view of so small an array makes V8 move its bytes out of the heap, once for every frame.
function prefixOf(length: number): Uint8Array {
  const prefix = new Uint8Array(PREFIX_BYTES);
  prefix[0] = length >>> 24;
  prefix[1] = length >>> 16;
  prefix[2] = length >>> 8;
  prefix[3] = length;
  return prefix;
}
