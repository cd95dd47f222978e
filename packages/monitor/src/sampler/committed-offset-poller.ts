import type { ClusterMetadata } from '../cluster-client/cluster-metadata.ts';
import type { ListedGroup } from '../cluster-client/group-description.ts';
import type { KafkaRequests } from '../cluster-client/kafka-requests.ts';
import { type AskedOffsets, readCommittedOffsets } from '../cluster-client/read-committed-offsets.ts';
import { TopicPartitionMap } from '../topic-partition-map.ts';
import type { OffsetEvent } from './cluster-sample.ts';

/**
 * Learns commits by asking for committed offsets, where the offsets topic may not be read. A commit is seen only if
 * it moved the offset, and has the time of the tick that saw it; so a group that commits the same offset again and
 * again looks like one that does not commit, and STALL shows as STOP.
 */
export class CommittedOffsetPoller {
  readonly #requests: KafkaRequests;
  readonly #seen = new Map<string, TopicPartitionMap<number>>();

  constructor(requests: KafkaRequests) {
    this.#requests = requests;
  }

  async poll(metadata: ClusterMetadata, groups: readonly ListedGroup[], at: number): Promise<OffsetEvent[]> {
    return this.compare(await readCommittedOffsets(this.#requests, metadata, groups), at);
  }

  /** The events between the last answer and this one. */
  compare({ offsets, answered }: AskedOffsets, at: number): OffsetEvent[] {
    const events: OffsetEvent[] = [];
    const now = new Map<string, TopicPartitionMap<number>>();
    for (const { group, topic, partition, offset, metadata } of offsets) {
      const partitions = now.get(group) ?? new TopicPartitionMap<number>();
      partitions.set(topic, partition, offset);
      now.set(group, partitions);
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
