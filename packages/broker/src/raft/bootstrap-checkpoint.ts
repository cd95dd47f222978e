import type { OffsetAndEpoch } from './epoch-log.ts';
import { snapshotBatches } from './snapshot-batches.ts';
import type { SnapshotFiles } from './snapshot-files.ts';
import type { VoterNode } from './voter-set.ts';

/** Of the snapshot that a directory is made with: it stands for no record, and says who the first voters are. */
export const BOOTSTRAP_SNAPSHOT_ID: OffsetAndEpoch = { offset: 0, epoch: 0 };

/**
 * Makes a new metadata directory that of a quorum with these first voters, as `kafka-storage format
 * --initial-controllers` does (KIP-853). Durable when it resolves. A snapshot that is there already stays as it is.
 */
export async function writeBootstrapCheckpoint(
  snapshots: SnapshotFiles,
  voters: readonly VoterNode[],
  nowMs: number,
): Promise<void> {
  if ((await snapshots.list()).length > 0) return;
  await snapshots.write(BOOTSTRAP_SNAPSHOT_ID, bootstrapBatches(voters, nowMs));
}

/** What is in that snapshot. */
export function bootstrapBatches(voters: readonly VoterNode[], nowMs: number): Iterable<Uint8Array> {
  return snapshotBatches({
    id: BOOTSTRAP_SNAPSHOT_ID,
    lastContainedLogTimestamp: nowMs,
    timestamp: nowMs,
    voters,
    records: [],
  });
}
