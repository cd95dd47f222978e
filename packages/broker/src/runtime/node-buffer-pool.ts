import type { BufferPool } from './buffer-pool.ts';
import { uninitializedBytes } from './bytes.ts';

/** Smaller ones cost the collector little; larger ones are rare. */
const PADDED_BYTES_MIN = 8 * 1024;
const PADDED_BYTES_MAX = 4 * 1024 * 1024;

/** What is kept for the next use; the rest of a burst goes back to the operating system. */
const IDLE_BYTES_MAX = 16 * 1024 * 1024;

/**
 * Memory that goes round between sockets, the tail cache and the reads of logs. Without it every request and every
 * consumer's read allocates outside of the heap, and collecting that takes a third of the CPU of producing and two
 * thirds of the CPU of consuming.
 */
export class NodeBufferPool implements BufferPool {
  /** Idle memory by size; sizes are powers of two. */
  readonly #idle = new Map<number, ArrayBuffer[]>();
  #idleBytes = 0;
  /** How many hold the memory that was taken. Weak: what nobody lets go of is collected. */
  readonly #holders = new WeakMap<ArrayBufferLike, number>();
  readonly #whenReleased = new WeakMap<ArrayBufferLike, () => void>();

  /** Memory that waits for its next use. */
  get idleBytes(): number {
    return this.#idleBytes;
  }

  take(length: number): Uint8Array {
    if (length < PADDED_BYTES_MIN || length > PADDED_BYTES_MAX) return uninitializedBytes(length);
    const size = 2 ** Math.ceil(Math.log2(length));
    const idle = this.#idle.get(size)?.pop();
    if (idle !== undefined) this.#idleBytes -= size;
    const memory = idle ?? uninitializedBytes(size).buffer;
    this.#holders.set(memory, 1);
    return new Uint8Array(memory, 0, length);
  }

  /** Whether the bytes lie in memory that was taken here and is held. */
  owns(bytes: Uint8Array): boolean {
    return this.#holders.has(bytes.buffer);
  }

  hold(bytes: Uint8Array): void {
    const holders = this.#holders.get(bytes.buffer);
    if (holders !== undefined) this.#holders.set(bytes.buffer, holders + 1);
  }

  release(bytes: Uint8Array): void {
    const memory = bytes.buffer;
    const holders = this.#holders.get(memory);
    if (holders === undefined || !(memory instanceof ArrayBuffer)) return;
    if (holders > 1) {
      this.#holders.set(memory, holders - 1);
      return;
    }
    this.#holders.delete(memory);
    this.#keep(memory);
    const task = this.#whenReleased.get(memory);
    this.#whenReleased.delete(memory);
    task?.();
  }

  whenReleased(bytes: Uint8Array, task: () => void): void {
    if (this.#holders.has(bytes.buffer)) this.#whenReleased.set(bytes.buffer, task);
    else task();
  }

  #keep(memory: ArrayBuffer): void {
    if (this.#idleBytes + memory.byteLength > IDLE_BYTES_MAX) return;
    this.#idleBytes += memory.byteLength;
    const idle = this.#idle.get(memory.byteLength);
    if (idle === undefined) this.#idle.set(memory.byteLength, [memory]);
    else idle.push(memory);
  }
}
