import type { AskedOffset, AskedOffsets } from '../cluster-client/read-committed-offsets.ts';
import { TopicPartitionMap } from '../topic-partition-map.ts';
import type { OffsetEvent } from './cluster-sample.ts';

/**
 * Learns commits by asking for committed offsets, where the offsets topic may not be read. A commit is seen only if
 * it moved the offset, and has the time of the tick that saw it; so a group that commits the same offset again and
 * again looks like one that does not commit, and STALL shows as STOP.
 */
export class CommittedOffsetChanges {
  readonly #seen: Map<string, TopicPartitionMap<number>>;

  /** `known` are the offsets an earlier run saw last. */
  constructor(known: readonly AskedOffset[] = []) {
    this.#seen = byGroup(known);
  }

  /** The groups that had an offset in the last answer. */
  get groups(): readonly string[] {
    return [...this.#seen.keys()];
  }

  /** The events between the last answer and this one. */
  compare({ offsets, answered }: AskedOffsets, at: number): OffsetEvent[] {
    const events: OffsetEvent[] = [];
    const now = byGroup(offsets);
    for (const { group, topic, partition, offset, metadata } of offsets) {
      if (this.#seen.get(group)?.get(topic, partition) !== offset) {
        events.push({
          kind: 'commit',
          group,
          topic,
          partition,
          offset,
          metadata,
          timestamp: at,
          order: at,
        });
      }
    }
    for (const group of answered) {
      for (const { topic, partition } of this.#seen.get(group)?.entries() ?? []) {
        if (now.get(group)?.get(topic, partition) === undefined) {
          events.push({ kind: 'offset-removed', group, topic, partition });
        }
      }
      const partitions = now.get(group);
      if (partitions === undefined) {
        this.#seen.delete(group);
      } else {
        this.#seen.set(group, partitions);
      }
    }
    return events;
  }
}

function byGroup(offsets: readonly AskedOffset[]): Map<string, TopicPartitionMap<number>> {
  const groups = new Map<string, TopicPartitionMap<number>>();
  for (const { group, topic, partition, offset } of offsets) {
    const partitions = groups.get(group) ?? new TopicPartitionMap<number>();
    partitions.set(topic, partition, offset);
    groups.set(group, partitions);
  }
  return groups;
}
