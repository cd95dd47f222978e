import { ErrorCode } from '../protocol/errors.ts';
import type { ControllerView, Decision } from './decision.ts';
import { PartitionChanges } from './partition-changes.ts';

/** Where a broker says that replicas of its own lie (KIP-858). */
export interface AssignedDirectory {
  readonly directoryId: string;
  readonly partitions: readonly { readonly topicId: string; readonly partitionId: number }[];
}

/** The errors stand in the order of the request, by directory and partition. */
export type AssignmentReply =
  | { readonly kind: 'refused'; readonly errorCode: number }
  | { readonly kind: 'answered'; readonly errorCodes: readonly (readonly number[])[] };

/**
 * Notes in which directories replicas lie. A broker may name one that it has lost since: what it led there is led by
 * others then.
 */
export function assignReplicas(
  view: ControllerView,
  broker: { readonly id: number; readonly epoch: number },
  directories: readonly AssignedDirectory[],
): Decision<AssignmentReply> {
  const registered = view.image.brokers.get(broker.id);
  if (registered?.epoch !== broker.epoch) {
    return { records: [], response: { kind: 'refused', errorCode: ErrorCode.STALE_BROKER_EPOCH } };
  }
  const changes = new PartitionChanges(view);
  const errorCodes = directories.map(({ directoryId, partitions }) => {
    const isOffline = !registered.directories.includes(directoryId);
    return partitions.map(({ topicId, partitionId }) => {
      const topic = view.image.topicsById.get(topicId);
      if (topic === undefined) return ErrorCode.UNKNOWN_TOPIC_ID;
      const partition = topic.partitions[partitionId];
      if (partition === undefined) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
      if (!partition.replicas.includes(broker.id)) return ErrorCode.NOT_LEADER_OR_FOLLOWER;
      const isr = partition.isr.filter((id) => id !== broker.id);
      changes.change(topic, partitionId, {
        directory: { brokerId: broker.id, directoryId },
        ...(isOffline && { isr }),
      });
      return ErrorCode.NONE;
    });
  });
  return { records: changes.records, response: { kind: 'answered', errorCodes } };
}
