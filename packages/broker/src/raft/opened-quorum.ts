import { isCrcValidAt, lastOffsetAt, batchesIn as slicesIn } from '../protocol/record-batch.ts';
import type { Disk } from '../runtime/disk.ts';
import { directoryOf } from '../runtime/whole-file.ts';
import { controlBatchesIn, type MetadataBatch, votersIn } from './loaded-batch.ts';
import { LostMetadataError } from './lost-metadata-error.ts';
import type { ReplicatedMetadataLog } from './metadata-log.ts';
import type { MetadataSnapshots } from './metadata-snapshots.ts';
import { type QuorumState, readQuorumState } from './quorum-state.ts';
import type { LoadedLog } from './raft-state.ts';
import { UnknownVotersError } from './unknown-voters-error.ts';
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
 * was there; where others vote, too, this node must not go on as the voter that it was. With an
 * `UnknownVotersError` where others vote of whom a node that takes itself to be alone was not told.
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
  const found = await votersInLog(log, snapshots.at(-1)?.offset ?? log.startOffset);
  const voterSets = relocated([...inSnapshot, ...found.sets], voters);
  const stored = await readQuorumState(disk, quorumStatePath);
  const named = [
    ...(voterSets.at(-1)?.voters ?? []).map(({ id }) => id),
    ...found.elected,
    ...namedIn(stored),
  ];
  const others = [...new Set(named)].filter((id) => id !== voter.id);
  if (isAlone && others.length > 0) throw new UnknownVotersError(directoryOf(quorumStatePath), others);
  const isKnownVoter = voterOf(voterSets.at(-1)?.voters ?? [], voter) !== null;
  if (stored === null && log.endOffset > 0 && isKnownVoter && !isAlone) {
    throw new LostMetadataError(`${quorumStatePath} is gone, and with it for whom this voter has voted`);
  }
  const { startOffset, endOffset, epochs } = log;
  return { stored, log: { startOffset, endOffset, epochs, snapshots }, voterSets };
}

/** Who voted, by what this node has promised or heard; nobody while nothing is stored. */
function namedIn(stored: QuorumState | null): readonly number[] {
  return [stored?.leaderId ?? -1, stored?.votedId ?? -1].filter((id) => id >= 0);
}

interface VotersInLog {
  readonly sets: readonly VoterSet[];
  /** Those of the last election; where voters are named by the configuration alone, the log tells of them nowhere else. */
  readonly elected: readonly number[];
}

/** Reads all that no snapshot stands for, and with it whether it is as it was written. */
async function votersInLog(log: ReplicatedMetadataLog, fromOffset: number): Promise<VotersInLog> {
  const sets: VoterSet[] = [];
  let elected: readonly number[] = [];
  let nextOffset = fromOffset;
  for await (const chunk of log.read(fromOffset)) {
    for (const slice of slicesIn(chunk)) {
      if (!isCrcValidAt(slice))
        throw new LostMetadataError(`the metadata log is damaged behind ${nextOffset}`);
      nextOffset = lastOffsetAt(slice) + 1;
    }
    for (const batch of controlBatchesIn(chunk)) {
      const voters = votersIn(batch);
      if (voters !== null) sets.push({ offset: batch.lastOffset, voters });
      elected = electedIn(batch) ?? elected;
    }
  }
  return { sets, elected };
}

function electedIn({ controlRecords }: MetadataBatch): readonly number[] | null {
  for (const record of controlRecords) if (record.kind === 'leaderChange') return record.voterIds;
  return null;
}
