import { ErrorCode } from '../protocol/errors.ts';
import type { FetchPatience } from './consumer-reads.ts';
import { type FetchTarget, isRemarkable, type ReadPass } from './read-pass.ts';
import type { SessionInterest } from './session-interest.ts';
import type { SessionPartition } from './session-partition.ts';

export interface FollowerReadsOptions {
  readonly interest: SessionInterest<SessionPartition>;
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
  const epochs: number[] = [];
  for (const target of targets) {
    watch(pass, read[epochs.length], target);
    epochs.push(target.partition?.leaderEpoch ?? -1);
  }
  await pass.readAll();
  noteProgress(pass, epochs, options);
  const missingBytes = pass.missingBytes(patience.minBytes);
  if (interest.size > 0 && patience.maxWaitMs > 0 && missingBytes > 0 && !pass.isUrgent) {
    await interest.wait(missingBytes, patience.maxWaitMs);
    const positions = new Map<SessionPartition, number>();
    for (const partition of read) positions.set(partition, positions.size);
    for (const { subject } of interest.takeStirred()) {
      const index = positions.get(subject);
      const target = (index === undefined ? undefined : targets[index]) ?? targetOf(subject);
      watch(pass, subject, target);
      if (index === undefined) read.push(subject);
      const reading = index === undefined ? pass.readAlso(target) : pass.readAgain(index);
      if (reading !== null) await reading;
    }
  }
  for (let index = 0; index < read.length; index++) if (isOpen(pass, index)) read[index]?.interest?.demand();
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
function noteProgress(pass: ReadPass, epochs: readonly number[], { interest }: FollowerReadsOptions): void {
  const { replicaId, brokerEpoch } = interest;
  let index = -1;
  for (const { partition, fetch } of pass.targets) {
    index += 1;
    const read = pass.reads[index];
    if (read === undefined || read.errorCode !== ErrorCode.NONE || read.divergingEpoch !== null) continue;
    const { fetchOffset, logStartOffset } = fetch;
    const progress = { replicaId, brokerEpoch, fetchOffset, logStartOffset, pulse: interest };
    partition?.followerFetched(progress, epochs[index] ?? -1);
  }
}
