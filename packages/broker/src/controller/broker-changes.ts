import { NO_LEADER, type PartitionImage } from '../metadata/metadata-image.ts';
import type { MetadataRecord } from '../metadata/metadata-record.ts';
import type { ControllerView } from './decision.ts';
import { isActive } from './partition-assignment.ts';
import type { PartitionTargets } from './partition-change.ts';
import { PartitionChanges } from './partition-changes.ts';

/** What a broker that is not to lead any more leaves behind: others lead its partitions, and it is in no ISR. */
export function changesWhenLeaving(view: ControllerView, brokerId: number): readonly MetadataRecord[] {
  return changesOf(view, {
    isAlive: (id) => id !== brokerId && isActive(view.image.brokers.get(id)),
    concerns: ({ isr }) => isr.includes(brokerId),
    targets: ({ isr }) => ({ isr: isr.filter((id) => id !== brokerId) }),
  });
}

/**
 * What a broker leaves behind that came back without a clean shutdown: records that it had acknowledged may be gone
 * from its disk, so it is neither in sync nor eligible anywhere (KIP-966).
 */
export function changesWhenUnclean(view: ControllerView, brokerId: number): readonly MetadataRecord[] {
  return changesOf(view, {
    isAlive: (id) => id !== brokerId && isActive(view.image.brokers.get(id)),
    concerns: ({ isr, eligibleLeaderReplicas }) =>
      isr.includes(brokerId) || eligibleLeaderReplicas.includes(brokerId),
    targets: ({ isr }) => ({ isr: isr.filter((id) => id !== brokerId), uncleanReplicas: [brokerId] }),
  });
}

/**
 * What a broker that is ready to lead again may lead at once: partitions without a leader, up to `limit`. For more see
 * `ControllerDuties.electMissing`.
 */
export function changesWhenReturning(
  view: ControllerView,
  brokerId: number,
  limit: number,
): readonly MetadataRecord[] {
  return changesOf(view, {
    limit,
    isAlive: (id) => id === brokerId || isActive(view.image.brokers.get(id)),
    concerns: ({ leader }) => leader === NO_LEADER,
    targets: () => ({}),
  });
}

/** What a broker leaves behind in a log directory whose disk refused; it goes on in the others. */
export function changesWhenDirectoryFails(
  view: ControllerView,
  brokerId: number,
  directory: string,
): readonly MetadataRecord[] {
  return changesOf(view, {
    isAlive: (id) => id !== brokerId && isActive(view.image.brokers.get(id)),
    concerns: ({ replicas, directories }) => directories[replicas.indexOf(brokerId)] === directory,
    targets: ({ isr }) => ({ isr: isr.filter((id) => id !== brokerId) }),
  });
}

interface Sweep {
  /** Most partitions that change; without it all that are concerned. */
  readonly limit?: number;
  readonly isAlive: (brokerId: number) => boolean;
  readonly concerns: (partition: PartitionImage) => boolean;
  readonly targets: (partition: PartitionImage) => PartitionTargets;
}

function changesOf(
  view: ControllerView,
  { limit = Number.POSITIVE_INFINITY, isAlive, concerns, targets }: Sweep,
): readonly MetadataRecord[] {
  const changes = new PartitionChanges(view, isAlive);
  for (const topic of view.image.topicsById.values()) {
    for (const [partitionId, partition] of topic.partitions.entries()) {
      if (changes.records.length >= limit) return changes.records;
      if (concerns(partition)) changes.change(topic, partitionId, targets(partition));
    }
  }
  return changes.records;
}
