import type { PartitionReplicas, ReplicaMatrix, ServerEvent } from '@odradek/contract';

type Patch = Omit<Extract<ServerEvent, { type: 'replicas' }>, 'type' | 'cluster' | 'from'>;

/** The matrix after a patch, in the order of the server: by topic, then partition. Rows that did not change stay the same objects. */
export function patchedMatrix(
  held: ReplicaMatrix,
  { changed, removed, to, checkedAt }: Patch,
): ReplicaMatrix {
  if (changed.length + removed.length === 0) return { ...held, version: to, checkedAt };
  const rows = new Map(held.partitions.map((row) => [keyOf(row), row]));
  for (const gone of removed) rows.delete(keyOf(gone));
  const hasNew = changed.some((row) => !rows.has(keyOf(row)));
  for (const row of changed) rows.set(keyOf(row), row);
  const partitions = [...rows.values()];
  return { partitions: hasNew ? partitions.sort(inOrder) : partitions, version: to, checkedAt };
}

export function keyOf({ topic, partition }: { topic: string; partition: number }): string {
  return `${topic}-${partition}`;
}

function inOrder(one: PartitionReplicas, other: PartitionReplicas): number {
  if (one.topic !== other.topic) return one.topic < other.topic ? -1 : 1;
  return one.partition - other.partition;
}
