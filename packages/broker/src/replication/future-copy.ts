import type { PartitionLog } from '../log/partition-log.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { baseOffsetAt } from '../protocol/record-batch.ts';
import { DiskError } from '../runtime/disk.ts';
import { isPassing } from '../runtime/passing-error.ts';
import { beginsWithin, compareEnds, type FollowerStep, followerStep } from './follower-step.ts';
import type { Partition } from './partition.ts';
import { readPartition } from './partition-read.ts';

/** Bytes that are copied at once. */
const COPY_BYTES = 1024 * 1024;

/** What one step of a copy came to. `refused`: the replica, or its copy, cannot be read or written. */
export type CopyStep =
  | { readonly kind: 'copied'; readonly bytes: number }
  | { readonly kind: 'complete' }
  | { readonly kind: 'refused'; readonly errorCode: number };

/**
 * Brings a copy of a replica, in another log directory of this broker, one step closer to it: as a follower does with
 * its leader, by the epochs of the last records. Rejects with a `DiskError`, but not where the disk is only full.
 */
export async function copyStep(partition: Partition, copy: PartitionLog): Promise<CopyStep> {
  const read = await readPartition(partition, {
    ...{ fetchOffset: copy.logEndOffset, lastFetchedEpoch: copy.latestEpoch, currentLeaderEpoch: -1 },
    ...{ isolation: 'log-end', requireLeader: false, maxBytes: COPY_BYTES, minOneBatch: true },
  });
  const step = followerStep(copy, { ...read, records: whole(read.parts) });
  try {
    return (await carryOut(step, partition, copy)) ?? { kind: 'refused', errorCode: read.errorCode };
  } catch (error) {
    if (!(error instanceof DiskError && isPassing(error)) || copy.isOffline) throw error;
    return { kind: 'refused', errorCode: ErrorCode.KAFKA_STORAGE_ERROR };
  }
}

/** Null where there is nothing to be carried out. */
async function carryOut(
  step: FollowerStep,
  { log }: Partition,
  copy: PartitionLog,
): Promise<CopyStep | null> {
  switch (step.kind) {
    case 'append':
      return append(copy, step);
    case 'truncate':
      await copy.follower.truncateTo(step.offset);
      return { kind: 'copied', bytes: 0 };
    case 'compare-ends': {
      const compared = compareEnds(copy, log);
      if (compared.kind === 'truncate') await copy.follower.truncateTo(compared.offset);
      else await copy.follower.startAt(log.logStartOffset);
      return { kind: 'copied', bytes: 0 };
    }
    default:
      return null;
  }
}

async function append(
  copy: PartitionLog,
  {
    records,
    highWatermark,
    logStartOffset,
  }: { readonly records: Uint8Array; readonly highWatermark: number; readonly logStartOffset: number },
): Promise<CopyStep> {
  if (records.length > 0) {
    if (beginsWithin(records, copy)) await copy.follower.startAt(baseOffsetAt(records));
    const outcome = copy.follower.append(records);
    const errorCode = outcome.kind === 'rejected' ? outcome.errorCode : await outcome.completion;
    if (errorCode !== ErrorCode.NONE) return { kind: 'refused', errorCode };
  }
  copy.updateHighWatermark(highWatermark);
  if (logStartOffset <= copy.highWatermark) copy.advanceLogStartOffset(logStartOffset);
  return records.length === 0 ? { kind: 'complete' } : { kind: 'copied', bytes: records.length };
}

/** The records in a buffer of their own, to be given away. */
function whole(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let position = 0;
  for (const part of parts) {
    bytes.set(part, position);
    position += part.length;
  }
  return bytes;
}
