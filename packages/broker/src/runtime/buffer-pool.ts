import { uninitializedBytes } from './bytes.ts';

/**
 * The port to memory that goes round: what is read from sockets and files lies in it, and what is sent is sent from it.
 * It is used again when its last holder has let go, so nobody may look at it any more then. Bytes are held by the
 * memory behind them: all arrays over it count as one. Forgetting to let go costs the garbage collector work and
 * nothing else.
 */
export interface BufferPool {
  /** So many bytes, with whatever was there before. The caller is their one holder. */
  take(length: number): Uint8Array;
  /** One holder more. Does nothing for memory that was not taken here. */
  hold(bytes: Uint8Array): void;
  /**
   * One holder less. Does nothing for memory that was not taken here. Who hands bytes to `Socket.write` gives his hold
   * away: the socket lets go when they are sent.
   */
  release(bytes: Uint8Array): void;
  /**
   * Calls the task once when the last holder lets go, and has then forgotten it; at once for memory that was not taken
   * here. One task for one piece of memory: a later one takes the place of an earlier.
   */
  whenReleased(bytes: Uint8Array, task: () => void): void;
}

/** No pool: memory that the collector takes back, for those who receive or send little. */
export const collectedMemory: BufferPool = {
  take: uninitializedBytes,
  hold: () => {},
  release: () => {},
  whenReleased: (_bytes, task) => task(),
};
