import type { PartitionReplicas, TopicPartition } from '@odradek/contract';
import { keyOf } from './patched-matrix.ts';

export interface ElectionPreview {
  /** Partitions whose leader would be another. */
  moves: readonly { topic: string; partition: number; from: number | null; to: number }[];
  /** Partitions whose preferred leader is not in sync, so that it cannot lead. */
  impossible: readonly TopicPartition[];
  /** Partitions led, of those looked at. */
  leaders: readonly { broker: number; before: number; after: number }[];
}

/** What an election of preferred leaders would change. Null: of all partitions. */
export function previewElection(
  matrix: readonly PartitionReplicas[],
  partitions: readonly TopicPartition[] | null,
): ElectionPreview {
  const chosen = partitions === null ? null : new Set(partitions.map(keyOf));
  const rows = chosen === null ? matrix : matrix.filter((row) => chosen.has(keyOf(row)));
  const moves: { topic: string; partition: number; from: number | null; to: number }[] = [];
  const impossible: TopicPartition[] = [];
  const leaders = new Map<number, { before: number; after: number }>();
  const countOf = (broker: number) => {
    const count = leaders.get(broker) ?? { before: 0, after: 0 };
    leaders.set(broker, count);
    return count;
  };
  for (const { topic, partition, leader, replicas, isr, offline } of rows) {
    const preferred = replicas[0];
    let next = leader;
    if (preferred !== undefined && leader !== preferred) {
      if (isr.includes(preferred) && !offline.includes(preferred)) {
        moves.push({ topic, partition, from: leader, to: preferred });
        next = preferred;
      } else {
        impossible.push({ topic, partition });
      }
    }
    for (const broker of replicas) countOf(broker);
    if (leader !== null) countOf(leader).before += 1;
    if (next !== null) countOf(next).after += 1;
  }
  const byBroker = [...leaders].sort(([one], [other]) => one - other);
  return { moves, impossible, leaders: byBroker.map(([broker, count]) => ({ broker, ...count })) };
}
