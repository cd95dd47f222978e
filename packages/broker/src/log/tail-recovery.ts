import { baseOffsetAt, lastOffsetAt, leaderEpochAt } from '../protocol/record-batch.ts';
import { invariant } from '../runtime/invariant.ts';
import { DamagedLogError } from './damaged-log-error.ts';
import type { EpochEntry, LeaderEpochCache } from './leader-epoch-cache.ts';
import type { Loading, OpenedSegments } from './log-loading.ts';
import { applyBatch } from './producer-append.ts';
import { producersAt } from './producer-replay.ts';
import type { ProducerState } from './producer-state.ts';
import type { Segment } from './segment.ts';
import { SegmentList } from './segment-list.ts';
import { readEnd, readThrough, type TakeBatch } from './segment-reading.ts';
import type { ScanEnd } from './segment-scan.ts';

/**
 * Reads through what may not have been on the disk when the process ended, and ends the log before its first batch
 * that is not whole; what lies behind is removed and reported. What was on the disk for certain must be there:
 * rejects with a {@link DamagedLogError} when it is not.
 */
export async function recoverTail(loading: Loading, segments: readonly Segment[]): Promise<OpenedSegments> {
  const { recoveryPoint, config } = loading.options;
  const first = Math.max(
    0,
    segments.findLastIndex((segment) => segment.baseOffset <= recoveryPoint),
  );
  const known = new KnownEpochs(loading.epochs);
  let { end, producers } = await readFirst(loading, segments.slice(0, first + 1), known);
  let last = first;
  for (;;) {
    const segment = segments[last];
    const next = segments[last + 1];
    invariant(segment !== undefined, 'a log that is recovered has a segment');
    const isLost = end.flaw !== null || (next !== undefined && isBroken(loading, segment, { end, next }));
    if (isLost) await cutOff(loading, segments.slice(last), end);
    if (isLost || next === undefined) break;
    await segment.close();
    producers.endOffset = next.baseOffset;
    await loading.snapshots.take(producers);
    await loading.snapshots.syncAt(next.baseOffset);
    end = await readThrough(next, config, takerOf(known, producers));
    last++;
  }
  producers.endOffset = end.nextOffset;
  const kept = new SegmentList(segments.slice(0, last + 1));
  return { segments: kept, producers, logEndOffset: end.nextOffset, isSealed: false };
}

/**
 * Reads the segment that holds the recovery point. It begins where an end in order lies in the middle of it: a
 * snapshot there is written when what the index files say below it is on the disk. Else at its beginning.
 */
async function readFirst(
  loading: Loading,
  segments: readonly Segment[],
  known: KnownEpochs,
): Promise<{ end: ScanEnd; producers: ProducerState }> {
  const { snapshots, epochs, options } = loading;
  const segment = segments.at(-1);
  invariant(segment !== undefined, 'a log that is recovered has a segment');
  const { baseOffset } = segment;
  const newest = await snapshots.newestUpTo(options.recoveryPoint, baseOffset);
  // What is newer may be torn, or of records that are lost.
  await snapshots.remove((offset) => offset > Math.max(newest.endOffset, baseOffset));
  if (newest.endOffset > baseOffset) {
    const upToOffset = newest.endOffset;
    epochs.truncateFromEnd(upToOffset);
    const end = await readEnd(segment, options.config, { upToOffset, take: takerOf(known, newest) });
    if (end !== null) return { end, producers: newest };
    // The index files that it is the proof of are not what it says, and are written anew.
    await snapshots.remove((offset) => offset > baseOffset);
  }
  epochs.truncateFromEnd(baseOffset);
  const producers = await producersAt(snapshots, segments.slice(0, -1), baseOffset);
  return { end: await readThrough(segment, options.config, takerOf(known, producers)), producers };
}

function takerOf(known: KnownEpochs, producers: ProducerState): TakeBatch {
  return (bytes, at) => {
    known.take(bytes, at);
    return applyBatch(producers, bytes, at);
  };
}

/**
 * The leader epochs that the checkpoint knows, and what the batches say of them. Where an epoch begins may be seen in
 * no batch any more: a cleaning takes the first ones. So the checkpoint is believed where no batch says otherwise.
 */
class KnownEpochs {
  readonly #epochs: LeaderEpochCache;
  readonly #checkpointed: readonly EpochEntry[];
  /** Behind the last batch that was read. */
  #endOffset = 0;

  constructor(epochs: LeaderEpochCache) {
    this.#epochs = epochs;
    this.#checkpointed = epochs.entries;
  }

  take(bytes: Uint8Array, at: number): void {
    const [epoch, baseOffset] = [leaderEpochAt(bytes, at), baseOffsetAt(bytes, at)];
    if (epoch > this.#epochs.latestEpoch) {
      for (const entry of this.#checkpointed) {
        const isBehind = entry.epoch > this.#epochs.latestEpoch && entry.startOffset >= this.#endOffset;
        if (isBehind && entry.epoch <= epoch && entry.startOffset <= baseOffset)
          this.#epochs.assign(entry.epoch, entry.startOffset);
      }
      if (epoch > this.#epochs.latestEpoch) this.#epochs.assign(epoch, baseOffset);
    }
    this.#endOffset = lastOffsetAt(bytes, at) + 1;
  }
}

/**
 * Whether records are missing between a segment and the next one. Segments are synced one by one: the end of one may
 * be lost, between two batches, while the next one is there. A cleaning leaves such a gap too, but only below a
 * recovery point that was checkpointed before.
 */
function isBroken(
  { options }: Loading,
  segment: Segment,
  { end, next }: { end: ScanEnd; next: Segment },
): boolean {
  if (end.nextOffset === next.baseOffset) return false;
  const mayBeCleaned = options.config.cleanupPolicy.includes('compact') || end.hasGaps;
  const isGap = mayBeCleaned && end.nextOffset < next.baseOffset;
  if (options.isRecoveryPointLost === true) return !isGap;
  if (isGap && next.baseOffset <= (options.cleanedTo ?? 0)) return false;
  if (end.nextOffset >= options.recoveryPoint) return true;
  if (isGap) return false;
  const reason = `records up to ${options.recoveryPoint} were on the disk, and it ends`;
  throw new DamagedLogError(segment.path, { position: end.position, offset: end.nextOffset, reason });
}

/** Ends the log where the reading of the first of `segments` has ended, durably. */
async function cutOff(loading: Loading, segments: readonly Segment[], end: ScanEnd): Promise<void> {
  const { environment, directory, options } = loading;
  const [segment, ...behind] = segments;
  invariant(segment !== undefined, 'there is a segment to be cut off');
  if (end.flaw !== null && end.nextOffset < options.recoveryPoint)
    throw new DamagedLogError(segment.path, end.flaw);
  const cutBytes = segment.sizeInBytes - end.position;
  const lostBytes = behind.reduce((sum, { sizeInBytes }) => sum + sizeInBytes, cutBytes);
  environment.logger.warn(
    {
      segment: segment.path,
      position: end.position,
      reason: end.flaw?.reason ?? 'the next segment does not follow',
      lostBytes,
      logEndOffset: end.nextOffset,
      ...(behind.length > 0 && { segmentsLost: behind.map(({ baseOffset }) => baseOffset) }),
    },
    'The log ends here: what lies behind was not on the disk when the process ended',
  );
  for (const lost of behind) {
    for (const path of await lost.renameToDeleted()) await environment.disk.remove(path);
  }
  // A name that comes back with a power loss would bring its records back behind newer ones.
  if (behind.length > 0) await environment.disk.syncDirectory(directory);
  if (cutBytes > 0) await segment.truncateFile(end.position);
}
