import { BATCH_HEADER_BYTES, BATCH_LENGTH_PREFIX_BYTES, batchSizeAt } from '../protocol/record-batch.ts';
import { uninitializedBytes } from '../runtime/bytes.ts';
import type { File } from '../runtime/disk.ts';

/** Bytes of a `.log` file from `position` on; they begin with a batch and hold only whole ones. */
export interface BatchChunk {
  readonly bytes: Uint8Array;
  readonly position: number;
}

export interface ScanRange {
  readonly from: number;
  readonly to: number;
  /** How much is read at once; a larger batch is read nevertheless. */
  readonly chunkBytes: number;
}

/**
 * The batches of a `.log` file between two positions, the first of which begins one, many at a time. Ends at `to`,
 * or before bytes that cannot be a whole batch. Looks at lengths only: whether a batch is what it should be is for
 * the caller to check.
 */
export async function* scanBatches(file: Pick<File, 'read'>, range: ScanRange): AsyncGenerator<BatchChunk> {
  let position = range.from;
  let wanted = range.chunkBytes;
  while (position < range.to) {
    const buffer = uninitializedBytes(Math.min(wanted, range.to - position));
    const count = await file.read(buffer, position);
    const bytes = buffer.subarray(0, count);
    const whole = wholeBatches(bytes);
    if (whole > 0) {
      yield { bytes: bytes.subarray(0, whole), position };
      position += whole;
      wanted = range.chunkBytes;
      continue;
    }
    const size = bytes.length < BATCH_LENGTH_PREFIX_BYTES ? 0 : batchSizeAt(bytes);
    const isWholeThere = size >= BATCH_HEADER_BYTES && size <= range.to - position;
    if (!isWholeThere || size <= bytes.length || count < buffer.length) return;
    wanted = size;
  }
}

/** How many bytes at the front of `bytes` are whole batches, by their lengths. */
export function wholeBatches(bytes: Uint8Array): number {
  let at = 0;
  while (at + BATCH_HEADER_BYTES <= bytes.length) {
    const size = batchSizeAt(bytes, at);
    if (size < BATCH_HEADER_BYTES || at + size > bytes.length) break;
    at += size;
  }
  return at;
}
