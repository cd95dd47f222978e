import type { PartitionImage } from './metadata-image.ts';
import type { MetadataRecordValue } from './metadata-record.ts';

/** Kafka's id of a log directory that is offline. */
export const LOST_DIRECTORY = 'AAAAAAAAAAAAAAAAAAAAAQ';

/** In a PartitionChangeRecord: the leader stays who it is. */
export const LEADER_UNCHANGED = -2;

export function partitionFromRecord(record: MetadataRecordValue<'partition'>): PartitionImage {
  return {
    replicas: record.replicas,
    directories: record.directories,
    isr: record.isr,
    addingReplicas: record.addingReplicas,
    removingReplicas: record.removingReplicas,
    eligibleLeaderReplicas: record.eligibleLeaderReplicas ?? [],
    lastKnownElr: record.lastKnownElr ?? [],
    leader: record.leader,
    leaderRecoveryState: record.leaderRecoveryState,
    leaderEpoch: record.leaderEpoch,
    partitionEpoch: record.partitionEpoch,
  };
}

/** The partition after a change. The leader epoch grows when the record names a leader, be it the same one. */
export function mergePartitionChange(
  partition: PartitionImage,
  record: MetadataRecordValue<'partitionChange'>,
): PartitionImage {
  const namesLeader = record.leader !== LEADER_UNCHANGED;
  return {
    replicas: record.replicas ?? partition.replicas,
    directories: record.directories ?? partition.directories,
    isr: record.isr ?? partition.isr,
    addingReplicas: record.addingReplicas ?? partition.addingReplicas,
    removingReplicas: record.removingReplicas ?? partition.removingReplicas,
    eligibleLeaderReplicas: record.eligibleLeaderReplicas ?? partition.eligibleLeaderReplicas,
    lastKnownElr: record.lastKnownElr ?? partition.lastKnownElr,
    leader: namesLeader ? record.leader : partition.leader,
    leaderRecoveryState:
      record.leaderRecoveryState === -1 ? partition.leaderRecoveryState : record.leaderRecoveryState,
    leaderEpoch: namesLeader ? partition.leaderEpoch + 1 : partition.leaderEpoch,
    partitionEpoch: partition.partitionEpoch + 1,
  };
}
