import { isCrcValidAt, lastOffsetAt, batchesIn as slicesIn } from '../protocol/record-batch.ts';
import type { Disk } from '../runtime/disk.ts';
import { controlBatchesIn, votersIn } from './loaded-batch.ts';
import { LostMetadataError } from './lost-metadata-error.ts';
import type { ReplicatedMetadataLog } from './metadata-log.ts';
import type { MetadataSnapshots } from './metadata-snapshots.ts';
import { readQuorumState } from './quorum-state.ts';
import type { LoadedLog } from './raft-state.ts';
import { relocated, type VoterNode, type VoterSet, voterOf } from './voter-set.ts';

export interface QuorumDirectory {
  readonly log: ReplicatedMetadataLog;
  readonly disk: Disk;
  readonly snapshots: MetadataSnapshots;
  /** Path of Kafka's `quorum-state` file. */
  readonly quorumStatePath: string;
  /** This node. */
  readonly voter: VoterNode;
  /** As the configuration names them, at the addresses where they are now. */
  readonly voters: readonly VoterNode[];
  /** Whether nobody else can ask for its vote. */
  readonly isAlone: boolean;
}

/**
 * What is in the directory of the metadata log at a start. Rejects with a `LostMetadataError` where that is not what
 * was there; where others vote, too, this node must not go on as the voter that it was.
 */
export async function openQuorum({
  log,
  disk,
  snapshots: files,
  quorumStatePath,
  voter,
  voters,
  isAlone,
}: QuorumDirectory): Promise<LoadedLog> {
  const { snapshots, voterSets: inSnapshot } = await files.load();
  const inLog = await voterSetsIn(log, snapshots.at(-1)?.offset ?? log.startOffset);
  const voterSets = relocated([...inSnapshot, ...inLog], voters);
  const stored = await readQuorumState(disk, quorumStatePath);
  const isKnownVoter = voterOf(voterSets.at(-1)?.voters ?? [], voter) !== null;
  if (stored === null && log.endOffset > 0 && isKnownVoter && !isAlone) {
    throw new LostMetadataError(`${quorumStatePath} is gone, and with it for whom this voter has voted`);
  }
  const { startOffset, endOffset, epochs } = log;
  return { stored, log: { startOffset, endOffset, epochs, snapshots }, voterSets };
}

/** Reads all that no snapshot stands for, and with it whether it is as it was written. */
async function voterSetsIn(log: ReplicatedMetadataLog, fromOffset: number): Promise<VoterSet[]> {
  const found: VoterSet[] = [];
  let nextOffset = fromOffset;
  for await (const chunk of log.read(fromOffset)) {
    for (const slice of slicesIn(chunk)) {
      if (!isCrcValidAt(slice))
        throw new LostMetadataError(`the metadata log is damaged behind ${nextOffset}`);
      nextOffset = lastOffsetAt(slice) + 1;
    }
    for (const batch of controlBatchesIn(chunk)) {
      const voters = votersIn(batch);
      if (voters !== null) found.push({ offset: batch.lastOffset, voters });
    }
  }
  return found;
}
