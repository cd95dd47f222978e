import type { BrokerImage, MetadataImage } from '../metadata/metadata-image.ts';
import type { MetadataRecord } from '../metadata/metadata-record.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { ZERO_UUID } from '../protocol/uuid.ts';
import type { ApiError } from './decision.ts';

/** Why replicas named by hand cannot be taken; null when they can. */
export function invalidManualAssignment(
  image: MetadataImage,
  brokerIds: readonly number[],
  replicationFactor: number | null,
): ApiError | null {
  if (brokerIds.length === 0) {
    return invalidAssignment('The manual partition assignment includes an empty replica list.');
  }
  const sorted = [...brokerIds].sort((left, right) => left - right);
  for (const [index, brokerId] of sorted.entries()) {
    if (!image.brokers.has(brokerId)) {
      return invalidAssignment(
        `The manual partition assignment includes broker ${brokerId}, but no such broker is registered.`,
      );
    }
    if (brokerId === sorted[index - 1]) {
      return invalidAssignment(
        `The manual partition assignment includes the broker ${brokerId} more than once.`,
      );
    }
  }
  if (replicationFactor !== null && brokerIds.length !== replicationFactor) {
    return invalidAssignment(
      `The manual partition assignment includes a partition with ${brokerIds.length} replica(s), but this is not consistent with previous partitions, which have ${replicationFactor} replica(s).`,
    );
  }
  return null;
}

export function invalidAssignment(errorMessage: string): ApiError {
  return { errorCode: ErrorCode.INVALID_REPLICA_ASSIGNMENT, errorMessage };
}

/** The replicas that can be in sync from the start, the first of them leading. */
export function activeReplicas(image: MetadataImage, replicas: readonly number[]): readonly number[] {
  return replicas.filter((id) => isActive(image.brokers.get(id)));
}

/** Whether a broker may be in sync and lead. */
export function isActive(broker: BrokerImage | undefined): boolean {
  return broker !== undefined && !broker.isFenced && !broker.isInControlledShutdown;
}

export interface NewPartition {
  readonly topicId: string;
  readonly partitionId: number;
  readonly replicas: readonly number[];
  /** At least one. */
  readonly isr: readonly number[];
}

/** The record of a partition that begins its life. A broker with one log directory has no choice of it. */
export function newPartitionRecord(image: MetadataImage, partition: NewPartition): MetadataRecord {
  const { topicId, partitionId, replicas, isr } = partition;
  return {
    kind: 'partition',
    value: {
      partitionId,
      topicId,
      replicas,
      isr,
      removingReplicas: [],
      addingReplicas: [],
      leader: isr[0] ?? -1,
      leaderRecoveryState: 0,
      leaderEpoch: 0,
      partitionEpoch: 0,
      directories: replicas.map((id) => onlyDirectory(image.brokers.get(id))),
      eligibleLeaderReplicas: null,
      lastKnownElr: null,
    },
  };
}

/** Where a new replica of a broker will lie, when there is no choice; all zeroes: not assigned yet. */
export function onlyDirectory(broker: BrokerImage | undefined): string {
  const [first, second] = broker?.directories ?? [];
  return first !== undefined && second === undefined ? first : ZERO_UUID;
}
