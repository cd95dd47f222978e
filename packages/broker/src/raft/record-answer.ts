import {
  baseOffsetAt,
  lastOffsetAt,
  leaderEpochAt,
  batchesIn as slicesIn,
} from '../protocol/record-batch.ts';
import type { MetadataLog } from './metadata-log.ts';
import type { LogBatch } from './raft-messages.ts';

/** Whole batches from the offset on: the first one, and more while they fit. */
export async function readBatches(
  log: MetadataLog,
  { fromOffset, maxBytes }: { readonly fromOffset: number; readonly maxBytes: number },
): Promise<LogBatch[]> {
  const batches: LogBatch[] = [];
  let left = maxBytes;
  for await (const chunk of log.read(fromOffset)) {
    for (const bytes of slicesIn(chunk)) {
      if (batches.length > 0 && bytes.length > left) return batches;
      left -= bytes.length;
      const [baseOffset, lastOffset, epoch] = [
        baseOffsetAt(bytes),
        lastOffsetAt(bytes),
        leaderEpochAt(bytes),
      ];
      // The receiver reads for itself what they say of the voters.
      batches.push({ baseOffset, lastOffset, epoch, bytes, voters: null });
    }
    if (left <= 0) return batches;
  }
  return batches;
}
