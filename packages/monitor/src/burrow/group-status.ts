import type { GroupVerdict, PartitionVerdict } from '@odradek/contract';

/** One judged partition, as the group's status is made from them. */
export interface PartitionStatus {
  readonly topic: string;
  readonly partition: number;
  readonly verdict: PartitionVerdict;
  readonly currentLag: number;
  /** Share of the window that is filled. */
  readonly complete: number;
}

export interface GroupStatus<P extends PartitionStatus> {
  readonly verdict: GroupVerdict;
  /** Partitions whose window is full ÷ all partitions; 0 without partitions. */
  readonly complete: number;
  readonly totalLag: number;
  /** The partition with the strictly greatest lag; the first of several. Null without partitions. */
  readonly maxLag: P | null;
  /** The partition whose verdict is the worst, then whose lag is the greatest. Null without partitions. */
  readonly worst: P | null;
}

/** Burrow's numbers of the partition statuses; above WARN a group is ERR. */
export const statusNumber: Readonly<Record<PartitionVerdict | 'ERR' | 'NOTFOUND', number>> = {
  NOTFOUND: 0,
  OK: 1,
  WARN: 2,
  ERR: 3,
  STOP: 4,
  STALL: 5,
  REWIND: 6,
};

/** A group is as bad as its worst partition (burrow.md §1.6). */
export function groupStatus<P extends PartitionStatus>(partitions: readonly P[]): GroupStatus<P> {
  let maxLag: P | null = null;
  let worst: P | null = null;
  let totalLag = 0;
  let completePartitions = 0;
  for (const partition of partitions) {
    totalLag += partition.currentLag;
    completePartitions += partition.complete === 1 ? 1 : 0;
    if (maxLag === null || partition.currentLag > maxLag.currentLag) {
      maxLag = partition;
    }
    if (worst === null || isWorse(partition, worst)) {
      worst = partition;
    }
  }
  return {
    verdict: groupVerdictOf(worst?.verdict ?? 'OK'),
    complete: partitions.length === 0 ? 0 : completePartitions / partitions.length,
    totalLag,
    maxLag,
    worst,
  };
}

/** STOP, STALL and REWIND of a partition are an ERR of its group. */
export function groupVerdictOf(worst: PartitionVerdict): GroupVerdict {
  return worst === 'OK' || worst === 'WARN' ? worst : 'ERR';
}

function isWorse(one: PartitionStatus, other: PartitionStatus): boolean {
  const difference = statusNumber[one.verdict] - statusNumber[other.verdict];
  return difference === 0 ? one.currentLag > other.currentLag : difference > 0;
}
