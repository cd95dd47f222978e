import { uninitializedBytes } from '../runtime/bytes.ts';

/** Bytes of the size prefix (int32, big endian) before each request and response. */
const PREFIX_BYTES = 4;

/** A chunk shorter than this is copied into a block: a peer that sends byte by byte must not cost an object per byte. */
const SMALL_CHUNK_BYTES = 2048;
const BLOCK_BYTES = 16 * 1024;

/** A response up to this size travels as one buffer. */
const GATHER_ABOVE_BYTES = 16 * 1024;

export type FrameOutcome =
  | { readonly kind: 'frame'; readonly bytes: Uint8Array }
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'refused'; readonly announcedBytes: number };

const INCOMPLETE: FrameOutcome = { kind: 'incomplete' };

/**
 * Cuts the byte stream of one connection into frames. A size that is negative or above the limit is refused as
 * soon as its four bytes are there; memory follows the bytes that arrived, never the size announced. A frame is
 * copied at most once, and not at all when it came within one chunk.
 */
export class FrameReader {
  readonly #maxFrameBytes: number;
  #chunks: Uint8Array[] = [];
  /** Position inside the first chunk. */
  #start = 0;
  #buffered = 0;
  /** The block that the last chunk lies in, and how much of it is taken; null when the last chunk came by itself. */
  #block: { bytes: Uint8Array; used: number } | null = null;
  /** Size of the frame being read; -1 while its prefix is not complete. */
  #frameBytes = -1;

  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** Bytes that arrived and have not left as a frame. */
  get bufferedBytes(): number {
    return this.#buffered;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#buffered += chunk.length;
    if (chunk.length >= SMALL_CHUNK_BYTES || this.#chunks.length === 0) {
      this.#chunks.push(chunk);
      this.#block = null;
    } else {
      this.#pushSmall(chunk);
    }
  }

  /** The next whole frame, without its size prefix. After `refused` the stream has no further meaning. */
  next(): FrameOutcome {
    if (this.#frameBytes < 0) {
      if (this.#buffered < PREFIX_BYTES) return INCOMPLETE;
      const announced = this.#takePrefix();
      if (announced < 0 || announced > this.#maxFrameBytes) {
        return { kind: 'refused', announcedBytes: announced };
      }
      this.#frameBytes = announced;
    }
    if (this.#buffered < this.#frameBytes) return INCOMPLETE;
    const bytes = this.#take(this.#frameBytes);
    this.#frameBytes = -1;
    return { kind: 'frame', bytes };
  }

  #pushSmall(chunk: Uint8Array): void {
    const block = this.#block;
    if (block !== null && block.used + chunk.length <= block.bytes.length) {
      block.bytes.set(chunk, block.used);
      block.used += chunk.length;
      this.#chunks[this.#chunks.length - 1] = block.bytes.subarray(0, block.used);
      return;
    }
    const bytes = new Uint8Array(BLOCK_BYTES);
    bytes.set(chunk);
    this.#block = { bytes, used: chunk.length };
    this.#chunks.push(bytes.subarray(0, chunk.length));
  }

  #takePrefix(): number {
    const prefix = this.#take(PREFIX_BYTES);
    return new DataView(prefix.buffer, prefix.byteOffset, PREFIX_BYTES).getInt32(0);
  }

  #take(length: number): Uint8Array {
    this.#buffered -= length;
    const first = this.#chunks[0];
    if (first === undefined) return new Uint8Array(0);
    if (first.length - this.#start >= length) {
      const bytes = first.subarray(this.#start, this.#start + length);
      this.#start += length;
      if (this.#start === first.length) this.#dropFirst();
      return bytes;
    }
    return this.#gather(length);
  }

  #gather(length: number): Uint8Array {
    const bytes = uninitializedBytes(length);
    let filled = 0;
    let taken = 0;
    for (const chunk of this.#chunks) {
      const from = taken === 0 ? this.#start : 0;
      const part = Math.min(chunk.length - from, length - filled);
      bytes.set(chunk.subarray(from, from + part), filled);
      filled += part;
      if (from + part < chunk.length) {
        this.#start = from + part;
        break;
      }
      taken += 1;
      this.#start = 0;
      if (filled === length) break;
    }
    this.#chunks = this.#chunks.slice(taken);
    if (this.#chunks.length === 0) this.#block = null;
    return bytes;
  }

  #dropFirst(): void {
    this.#chunks.shift();
    this.#start = 0;
    if (this.#chunks.length === 0) this.#block = null;
  }
}

/** The parts of one message with the size prefix in front, as buffers for one gather write. */
export function frameOf(parts: readonly Uint8Array[]): Uint8Array[] {
  let length = 0;
  for (const part of parts) length += part.length;
  if (length > GATHER_ABOVE_BYTES) return [prefixOf(length), ...parts];
  const frame = new Uint8Array(PREFIX_BYTES + length);
  frame.set(prefixOf(length));
  let position = PREFIX_BYTES;
  for (const part of parts) {
    frame.set(part, position);
    position += part.length;
  }
  return [frame];
}

function prefixOf(length: number): Uint8Array {
  const prefix = new Uint8Array(PREFIX_BYTES);
  new DataView(prefix.buffer).setInt32(0, length);
  return prefix;
}
