/** Partitions by topic id. */
export type Assignment = ReadonlyMap<string, ReadonlySet<number>>;

/** Partitions by topic id, each with the epoch in which its member was given it. */
export type OwnedPartitions = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** Partitions by topic id, as they stand in requests and records. */
export interface TopicPartitions {
  readonly topicId: string;
  readonly partitions: readonly number[];
}

export const NO_PARTITIONS: ReadonlyMap<string, never> = new Map<string, never>();

export function assignmentOf(topics: readonly TopicPartitions[]): Assignment {
  return new Map(topics.map(({ partitions, topicId }) => [topicId, new Set(partitions)]));
}

/** What {@link assignmentOf} reads; partitions in ascending order. */
export function topicPartitionsOf(
  partitions: ReadonlyMap<string, ReadonlySet<number> | ReadonlyMap<number, number>>,
): { topicId: string; partitions: number[] }[] {
  return [...partitions].map(([topicId, ofTopic]) => ({
    topicId,
    partitions: [...ofTopic.keys()].sort((left, right) => left - right),
  }));
}

/** Each partition of an assignment as given in one epoch. */
export function ownedSince(assignment: Assignment, epoch: number): OwnedPartitions {
  return new Map(
    [...assignment].map(([topicId, partitions]) => [
      topicId,
      new Map([...partitions].map((partition) => [partition, epoch])),
    ]),
  );
}

/** What is in the one or in the other. */
export function allOwned(left: OwnedPartitions, right: OwnedPartitions): OwnedPartitions {
  if (right.size === 0) return left;
  const all = new Map(left);
  for (const [topicId, partitions] of right)
    all.set(topicId, new Map([...(left.get(topicId) ?? []), ...partitions]));
  return all;
}

/** Whether one of the partitions that a member names is among these. */
export function ownsAny(named: readonly TopicPartitions[], partitions: OwnedPartitions): boolean {
  return named.some(({ partitions: ofTopic, topicId }) => {
    const among = partitions.get(topicId);
    return among !== undefined && ofTopic.some((partition) => among.has(partition));
  });
}

/** Whether every partition that a member names is among these. */
export function ownsOnly(named: readonly TopicPartitions[], partitions: OwnedPartitions): boolean {
  return named.every(({ partitions: ofTopic, topicId }) => {
    const among = partitions.get(topicId);
    return among !== undefined && ofTopic.every((partition) => among.has(partition));
  });
}

export function sameAssignment(left: Assignment, right: Assignment): boolean {
  if (left.size !== right.size) return false;
  for (const [topicId, partitions] of left) {
    const others = right.get(topicId);
    if (others === undefined || others.size !== partitions.size) return false;
    for (const partition of partitions) if (!others.has(partition)) return false;
  }
  return true;
}

export function sameOwned(left: OwnedPartitions, right: OwnedPartitions): boolean {
  if (left === right) return true;
  if (left.size !== right.size) return false;
  for (const [topicId, partitions] of left) {
    const others = right.get(topicId);
    if (others === undefined || others.size !== partitions.size) return false;
    for (const [partition, epoch] of partitions) if (others.get(partition) !== epoch) return false;
  }
  return true;
}
