import { baseOffsetAt } from '../protocol/record-batch.ts';
import { DamagedLogError } from './damaged-log-error.ts';
import { applyBatch } from './producer-append.ts';
import type { ProducerSnapshots } from './producer-snapshots.ts';
import type { ProducerState } from './producer-state.ts';
import type { Segment } from './segment.ts';

/**
 * The state of the producers at `limit`: the newest snapshot not above it, and the batches from there on. Rejects
 * with a `DiskError`, also when one of them is not as it was written.
 */
export async function producersAt(
  snapshots: ProducerSnapshots,
  segments: readonly Segment[],
  limit: number,
): Promise<ProducerState> {
  const state = await snapshots.newestUpTo(limit, Math.min(limit, segments[0]?.baseOffset ?? limit));
  for (const [index, segment] of segments.entries()) {
    const end = segments[index + 1]?.baseOffset ?? Number.POSITIVE_INFINITY;
    if (end > state.endOffset && segment.baseOffset < limit) await replay(segment, state, { end, limit });
  }
  state.endOffset = limit;
  return state;
}

async function replay(
  segment: Segment,
  state: ProducerState,
  { end, limit }: { end: number; limit: number },
): Promise<void> {
  if (state.endOffset >= limit) return;
  const fromOffset = state.endOffset;
  const range = {
    from: fromOffset <= segment.baseOffset ? 0 : await segment.positionOf(fromOffset),
    to: limit < end ? await segment.positionOf(limit) : segment.sizeInBytes,
    fromOffset: segment.baseOffset,
  };
  const { flaw } = await segment.scan(range, (bytes, at) => {
    if (baseOffsetAt(bytes, at) >= fromOffset) applyBatch(state, bytes, at);
  });
  if (flaw !== null) throw new DamagedLogError(segment.path, flaw);
}
