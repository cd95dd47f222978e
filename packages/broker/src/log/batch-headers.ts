import { BATCH_HEADER_BYTES, batchSizeAt } from '../protocol/record-batch.ts';
import { uninitializedBytes } from '../runtime/bytes.ts';
import type { File } from '../runtime/disk.ts';

/** Where a batch lies in its `.log` file. */
export interface BatchPlace {
  readonly position: number;
  readonly sizeInBytes: number;
}

/** Two index entries are as a rule nearer to each other than this: one read then shows every header between them. */
const HEADERS_CHUNK_BYTES = 16 * 1024;

/**
 * The first batch between two positions, the first of which begins one, whose header `isSought`. Reads headers and,
 * of larger batches, nothing else. Null when there is none before `to`, or before bytes that cannot be a batch.
 */
export async function findBatch(
  file: File,
  { from, to }: { readonly from: number; readonly to: number },
  isSought: (bytes: Uint8Array, at: number) => boolean,
): Promise<BatchPlace | null> {
  const buffer = uninitializedBytes(Math.max(0, Math.min(HEADERS_CHUNK_BYTES, to - from)));
  let position = from;
  while (position + BATCH_HEADER_BYTES <= to) {
    const bytes = buffer.subarray(0, await file.read(buffer.subarray(0, to - position), position));
    let at = 0;
    while (at + BATCH_HEADER_BYTES <= bytes.length) {
      const sizeInBytes = batchSizeAt(bytes, at);
      if (sizeInBytes < BATCH_HEADER_BYTES || position + at + sizeInBytes > to) return null;
      if (isSought(bytes, at)) return { position: position + at, sizeInBytes };
      at += sizeInBytes;
    }
    if (at === 0) return null;
    position += at;
  }
  return null;
}
