import type { PartitionImage } from './metadata-image.ts';
import type { MetadataRecordValue } from './metadata-record.ts';
import type { SharedLists } from './shared-lists.ts';

/** Kafka's id of a log directory that is offline. */
export const LOST_DIRECTORY = 'AAAAAAAAAAAAAAAAAAAAAQ';

/** In a PartitionChangeRecord: the leader stays who it is. */
export const LEADER_UNCHANGED = -2;

/** The lists of many partitions, each kept once. */
export interface ImageLists {
  readonly brokers: SharedLists<number>;
  readonly directories: SharedLists<string>;
}

export function partitionFromRecord(
  record: MetadataRecordValue<'partition'>,
  { brokers, directories }: ImageLists,
): PartitionImage {
  return {
    replicas: brokers.shared(record.replicas),
    directories: directories.shared(record.directories),
    isr: brokers.shared(record.isr),
    addingReplicas: brokers.shared(record.addingReplicas),
    removingReplicas: brokers.shared(record.removingReplicas),
    eligibleLeaderReplicas: brokers.shared(record.eligibleLeaderReplicas ?? []),
    lastKnownElr: brokers.shared(record.lastKnownElr ?? []),
    leader: record.leader,
    leaderRecoveryState: record.leaderRecoveryState,
    leaderEpoch: record.leaderEpoch,
    partitionEpoch: record.partitionEpoch,
  };
}

/**
 * The partition after a change. The leader epoch grows when the record names a leader, be it the same one. With
 * `lists` what is kept of the record is shared with others.
 */
export function mergePartitionChange(
  partition: PartitionImage,
  record: MetadataRecordValue<'partitionChange'>,
  lists?: ImageLists,
): PartitionImage {
  const namesLeader = record.leader !== LEADER_UNCHANGED;
  const merged = (after: readonly number[] | null, before: readonly number[]): readonly number[] =>
    after === null ? before : (lists?.brokers.shared(after) ?? after);
  const { directories } = record;
  return {
    replicas: merged(record.replicas, partition.replicas),
    directories:
      directories === null ? partition.directories : (lists?.directories.shared(directories) ?? directories),
    isr: merged(record.isr, partition.isr),
    addingReplicas: merged(record.addingReplicas, partition.addingReplicas),
    removingReplicas: merged(record.removingReplicas, partition.removingReplicas),
    eligibleLeaderReplicas: merged(record.eligibleLeaderReplicas, partition.eligibleLeaderReplicas),
    lastKnownElr: merged(record.lastKnownElr, partition.lastKnownElr),
    leader: namesLeader ? record.leader : partition.leader,
    leaderRecoveryState:
      record.leaderRecoveryState === -1 ? partition.leaderRecoveryState : record.leaderRecoveryState,
    leaderEpoch: namesLeader ? partition.leaderEpoch + 1 : partition.leaderEpoch,
    partitionEpoch: partition.partitionEpoch + 1,
  };
}
