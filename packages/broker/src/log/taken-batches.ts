import { BATCH_HEADER_BYTES, baseOffsetAt, batchSizeAt, lastOffsetAt } from '../protocol/record-batch.ts';
import type { ReadRequest } from './log-read.ts';
import type { ReadBytes } from './read-ahead.ts';
import { flawOf } from './segment-scan.ts';

/** The batches, of those that were read from a file, that a request gets. */
export interface TakenBatches {
  readonly sizeInBytes: number;
  readonly nextOffset: number;
  /** Not 0: the first batch is to be returned, is this long, and does not wholly lie in the bytes. */
  readonly missingBytes: number;
  /** Why the first batch is not as it was written, or null. */
  readonly flaw: string | null;
}

const NOT_A_BATCH = 'it is not a whole record batch';

/**
 * What of the bytes answers a request. They begin with a batch, `left` bytes before the end of the file, and what of
 * them was not checked yet is checked before anybody gets it: what comes from a disk may not be what went there. Ends
 * before a flaw.
 */
export function takeBatches(read: ReadBytes, left: number, request: ReadRequest): TakenBatches {
  const { bytes, checkedBytes } = read;
  let at = 0;
  let nextOffset = request.fromOffset;
  let leastOffset = 0;
  const taken = (end: { missingBytes?: number; flaw?: string } = {}): TakenBatches => ({
    sizeInBytes: at,
    nextOffset,
    missingBytes: 0,
    flaw: null,
    ...(at === 0 && end),
  });
  while (at + BATCH_HEADER_BYTES <= bytes.length) {
    const size = batchSizeAt(bytes, at);
    if (size < BATCH_HEADER_BYTES || at + size > left) return taken({ flaw: NOT_A_BATCH });
    const isBeyond = lastOffsetAt(bytes, at) >= request.upToOffset;
    if (isBeyond && (at > 0 || baseOffsetAt(bytes) >= request.upToOffset)) return taken();
    const isForced = at === 0 && (request.minOneBatch || isBeyond);
    if (at + size > request.maxBytes && !isForced) return taken();
    if (at + size > bytes.length) return taken({ missingBytes: size });
    const flaw = at + size <= checkedBytes ? null : flawOf(bytes, at, leastOffset);
    if (flaw !== null) return taken({ flaw });
    if (isBeyond) return taken();
    nextOffset = lastOffsetAt(bytes, at) + 1;
    leastOffset = nextOffset;
    at += size;
  }
  return taken({ flaw: NOT_A_BATCH });
}
