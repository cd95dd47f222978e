import type { JudgedGroup } from '../burrow/judge-group.ts';
import type { LagSample } from '../store/lag-history.ts';

/** What a tick adds to the history: the sum over each group, and each of its partitions that has a commit. */
export function lagSamples(groups: Iterable<JudgedGroup>): LagSample[] {
  return [...groups].flatMap((judged) => [groupSample(judged), ...partitionSamples(judged)]);
}

/** Sums over the partitions that have both offsets, so that the two sums are of the same partitions. */
export function groupSample({ group, partitions, totalLag }: JudgedGroup): LagSample {
  let committed: number | null = null;
  let end: number | null = null;
  for (const partition of partitions) {
    if (partition.committed !== null && partition.end !== null) {
      committed = (committed ?? 0) + partition.committed.offset;
      end = (end ?? 0) + partition.end;
    }
  }
  return { group, topic: null, partition: null, lag: totalLag, committed, end };
}

function partitionSamples({ group, partitions }: JudgedGroup): LagSample[] {
  return partitions
    .filter(({ lag }) => lag !== null)
    .map(({ topic, partition, lag, committed, end }) => ({
      group,
      topic,
      partition,
      lag,
      committed: committed?.offset ?? null,
      end,
    }));
}
