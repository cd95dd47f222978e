import type { BufferPool } from '../../src/runtime/buffer-pool.ts';

/** No record, header or length consists of these. */
const USED_UP = 0xdd;

/**
 * Memory that is never used again, and is spoilt the moment its last holder lets go: whoever still looks at it reads
 * nonsense, and a checksum or an invariant tells.
 */
export class SimulatedBufferPool implements BufferPool {
  readonly #holders = new WeakMap<ArrayBufferLike, number>();
  readonly #whenReleased = new WeakMap<ArrayBufferLike, () => void>();

  take(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    this.#holders.set(bytes.buffer, 1);
    return bytes;
  }

  hold(bytes: Uint8Array): void {
    const holders = this.#holders.get(bytes.buffer);
    if (holders === undefined) return;
    if (holders === 0) throw new Error('memory is held that was let go');
    this.#holders.set(bytes.buffer, holders + 1);
  }

  release(bytes: Uint8Array): void {
    const holders = this.#holders.get(bytes.buffer);
    if (holders === undefined) return;
    if (holders === 0) throw new Error('memory is let go more often than it is held');
    this.#holders.set(bytes.buffer, holders - 1);
    if (holders > 1) return;
    new Uint8Array(bytes.buffer).fill(USED_UP);
    this.#whenReleased.get(bytes.buffer)?.();
  }

  whenReleased(bytes: Uint8Array, task: () => void): void {
    this.#whenReleased.set(bytes.buffer, task);
  }
}
