import { ErrorCode } from '../protocol/errors.ts';
import type { FetchPatience } from './consumer-reads.ts';
import { type FetchTarget, isRemarkable, type ReadPass } from './read-pass.ts';
import type { SessionInterest } from './session-interest.ts';
import type { SessionPartition } from './session-partition.ts';

export interface FollowerReadsOptions {
  readonly interest: SessionInterest<SessionPartition>;
  readonly brokerEpoch: number;
  readonly patience: FetchPatience;
  readonly targetOf: (partition: SessionPartition) => FetchTarget;
}

/**
 * The reads of a follower: those partitions of its session that it names or that have moved, perhaps a wait, then those
 * that moved meanwhile. What it has is noted as its progress. Resolves with the partitions that were read, in the order
 * of the pass.
 */
export async function readForFollower(
  pass: ReadPass,
  asked: readonly SessionPartition[],
  options: FollowerReadsOptions,
): Promise<readonly SessionPartition[]> {
  const { interest, patience, targetOf } = options;
  const { targets } = pass;
  const read = [...asked];
  const epochs = targets.map(({ partition }) => partition?.leaderEpoch ?? -1);
  for (const [index, target] of targets.entries()) watch(pass, read[index], target);
  await pass.readAll();
  noteProgress(pass, epochs, options);
  const missingBytes = pass.missingBytes(patience.minBytes);
  if (interest.size > 0 && patience.maxWaitMs > 0 && missingBytes > 0 && !pass.isUrgent) {
    await interest.wait(missingBytes, patience.maxWaitMs);
    const positions = new Map(read.map((partition, index) => [partition, index]));
    for (const { subject } of interest.takeStirred()) {
      const index = positions.get(subject);
      const target = (index === undefined ? undefined : targets[index]) ?? targetOf(subject);
      watch(pass, subject, target);
      if (index !== undefined) await pass.readAgain(index);
      else {
        read.push(subject);
        await pass.readAlso(target);
      }
    }
  }
  for (const [index, partition] of read.entries()) if (isOpen(pass, index)) partition.interest?.demand();
  return read;
}

/** What happens to a partition from here on is noticed; not so while it is held back. */
function watch(pass: ReadPass, asked: SessionPartition | undefined, { partition }: FetchTarget): void {
  if (partition === null) return;
  if (pass.isHeldBack(partition)) asked?.interest?.hold();
  else asked?.interest?.reads(partition);
}

/** Whether the next fetch has to look again, whatever happens: all but those that have nothing more to give. */
function isOpen(pass: ReadPass, index: number): boolean {
  const read = pass.reads[index];
  return read === undefined || read.sizeInBytes > 0 || isRemarkable(read) || pass.hasMore(index);
}

/** A follower has what lies below the offset that it fetches from, where it was found to be the leader's. */
function noteProgress(
  pass: ReadPass,
  epochs: readonly number[],
  { interest, brokerEpoch }: FollowerReadsOptions,
): void {
  for (const [index, { partition, fetch }] of pass.targets.entries()) {
    const read = pass.reads[index];
    if (read === undefined || read.errorCode !== ErrorCode.NONE || read.divergingEpoch !== null) continue;
    const { fetchOffset, logStartOffset } = fetch;
    const { replicaId } = interest;
    const progress = { replicaId, brokerEpoch, fetchOffset, logStartOffset, pulse: interest };
    partition?.followerFetched(progress, epochs[index] ?? -1);
  }
}
