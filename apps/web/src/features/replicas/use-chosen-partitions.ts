import type { PartitionReplicas, TopicPartition } from '@odradek/contract';
import type { ReplicaMatrixProps } from '@odradek/ui/replica-matrix';
import { useMemo, useState } from 'react';
import { filterPartitions, type MatrixFilter } from './matrix-rows.ts';
import { keyOf } from './patched-matrix.ts';

type Selection = NonNullable<ReplicaMatrixProps['selection']>;

const none: readonly PartitionReplicas[] = [];

/** The partitions chosen in a matrix: of those that exist, whether the filter shows them or not. */
export function useChosenPartitions(
  partitions: readonly PartitionReplicas[] = none,
  shown: { filter?: string | undefined; show?: MatrixFilter | undefined },
): Selection & { partitions: readonly TopicPartition[] } {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const existing = useMemo(
    () => (chosen.size === 0 ? [] : partitions.filter((row) => chosen.has(keyOf(row)))),
    [partitions, chosen],
  );
  return {
    chosen,
    partitions: existing.map(({ topic, partition }) => ({ topic, partition })),
    onToggle: ({ key }) => {
      const next = new Set(chosen);
      if (!next.delete(key)) next.add(key);
      setChosen(next);
    },
    onToggleAll: () => {
      const keys = filterPartitions(partitions, shown).map(keyOf);
      const next = new Set(chosen);
      const areAll = keys.every((key) => chosen.has(key));
      for (const key of keys) {
        if (areAll) next.delete(key);
        else next.add(key);
      }
      setChosen(next);
    },
  };
}
