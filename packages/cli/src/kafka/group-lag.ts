import { type KafkaSession, offsetRanges } from './client.ts';

/** Where a group stands in one partition. */
export interface PartitionLag {
  readonly topic: string;
  readonly partition: number;
  /** Null where the group has never committed. */
  readonly committedOffset: number | null;
  readonly endOffset: number | null;
  /** Null where either end is not known; never below 0. */
  readonly lag: number | null;
}

/**
 * The lag of one group, partition by partition. Committed offsets are asked for before end offsets, so that a commit
 * in between cannot make lag negative.
 */
export async function groupLag(session: KafkaSession, group: string): Promise<PartitionLag[]> {
  const [committed] = await session.admin.listConsumerGroupOffsets({ groups: [group] });
  const topics = committed?.topics ?? [];
  const ends = await offsetRanges(
    session,
    topics.map(({ name }) => name),
  );
  return topics
    .flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex, committedOffset }): PartitionLag => {
        const end = ends.get(name)?.[partitionIndex]?.end ?? null;
        const isCommitted = committedOffset >= 0n;
        return {
          topic: name,
          partition: partitionIndex,
          committedOffset: isCommitted ? Number(committedOffset) : null,
          endOffset: end === null ? null : Number(end),
          lag: isCommitted && end !== null ? Math.max(0, Number(end - committedOffset)) : null,
        };
      }),
    )
    .sort((left, right) =>
      left.topic === right.topic ? left.partition - right.partition : left.topic < right.topic ? -1 : 1,
    );
}

/** The sum of what is known; null when nothing is. */
export function totalLag(partitions: readonly PartitionLag[]): number | null {
  const known = partitions.flatMap(({ lag }) => (lag === null ? [] : [lag]));
  return known.length === 0 ? null : known.reduce((sum, lag) => sum + lag, 0);
}
