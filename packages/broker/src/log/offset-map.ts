import { invariant } from '../runtime/invariant.ts';
import { SipHash } from './siphash.ts';

/** The memory of an {@link OffsetMap} and the key of its hash: what a worker thread needs to work on the same map. */
export interface OffsetMapMemory {
  readonly shared: SharedArrayBuffer;
  readonly hashKey: Uint8Array;
}

/** A slot: the hash of a key in four words, and the offset plus one in two. */
const WORDS_PER_SLOT = 6;
export const BYTES_PER_SLOT = WORDS_PER_SLOT * 4;

/** Before the slots: how many of them are taken. */
const HEADER_WORDS = 2;

const HASH_WORDS = 4;

/**
 * The last offset of each key, in memory of a fixed size: a key is known by its hash of 128 bits alone, which nobody
 * can make collide who does not know the hash's own key. Nothing is ever removed. The memory is shared, so that
 * threads may take turns at one map.
 */
export class OffsetMap {
  readonly slots: number;
  readonly #words: Int32Array;
  readonly #hash: SipHash;

  constructor({ shared, hashKey }: OffsetMapMemory) {
    this.#words = new Int32Array(shared);
    this.slots = Math.floor((this.#words.length - HEADER_WORDS) / WORDS_PER_SLOT);
    this.#hash = new SipHash(hashKey);
  }

  /** Memory for so many keys, all zero. */
  static memory(slots: number, hashKey: Uint8Array): OffsetMapMemory {
    return { shared: new SharedArrayBuffer(slots * BYTES_PER_SLOT + HEADER_WORDS * 4), hashKey };
  }

  /** How many keys it knows. */
  get size(): number {
    return this.#words[0] ?? 0;
  }

  /** The offset of the key that lies from `start` up to `end`, or -1. */
  get(bytes: Uint8Array, start: number, end: number): number {
    const slot = this.#find(bytes, start, end);
    return slot < 0 ? -1 : this.#offsetAt(slot);
  }

  /** Sets the offset of the key that lies from `start` up to `end`. There must be a free slot. */
  put(bytes: Uint8Array, { start, end, offset }: { start: number; end: number; offset: number }): void {
    const slot = this.#find(bytes, start, end);
    invariant(slot >= 0, 'an offset map is not filled up to its last slot');
    const words = this.#words;
    if (this.#offsetAt(slot) < 0) {
      words.set(this.#hash.words, slot);
      words[0] = this.size + 1;
    }
    words[slot + HASH_WORDS] = (offset + 1) | 0;
    words[slot + HASH_WORDS + 1] = Math.floor((offset + 1) / 0x1_0000_0000);
  }

  /** The place of the key's slot, or of the free one that it would take; -1 when there is neither. */
  #find(bytes: Uint8Array, start: number, end: number): number {
    const hash = this.#hash.hash(bytes, start, end);
    for (let attempt = 0; attempt < this.slots + HASH_WORDS; attempt++) {
      const slot = HEADER_WORDS + this.#probe(hash, attempt) * WORDS_PER_SLOT;
      if (this.#offsetAt(slot) < 0 || this.#holds(slot, hash)) return slot;
    }
    return -1;
  }

  /** The words of the hash one after the other, then the slots behind the last of them. */
  #probe(hash: Int32Array, attempt: number): number {
    const word = hash[Math.min(attempt, HASH_WORDS - 1)] ?? 0;
    return ((word >>> 0) + Math.max(0, attempt - HASH_WORDS + 1)) % this.slots;
  }

  #holds(slot: number, hash: Int32Array): boolean {
    const words = this.#words;
    return (
      words[slot] === hash[0] &&
      words[slot + 1] === hash[1] &&
      words[slot + 2] === hash[2] &&
      words[slot + 3] === hash[3]
    );
  }

  #offsetAt(slot: number): number {
    const low = this.#words[slot + HASH_WORDS] ?? 0;
    const high = this.#words[slot + HASH_WORDS + 1] ?? 0;
    return high * 0x1_0000_0000 + (low >>> 0) - 1;
  }
}
