import type { PlannedReset, ResetNote, ResetTarget, TopicPartition } from '@odradek/contract';
import type { TopicPartitionMap } from '../topic-partition-map.ts';

/** What a plan is made from; a partition that is missing in a map was not answered for. */
export interface ResetFacts {
  /** The partitions that are looked at. */
  readonly partitions: readonly TopicPartition[];
  readonly committed: TopicPartitionMap<number>;
  readonly starts: TopicPartitionMap<number>;
  readonly ends: TopicPartitionMap<number>;
  /** The first offset at or after the time asked for; null: no record is that young. */
  readonly timed: TopicPartitionMap<number | null>;
  /** What the other group has committed. */
  readonly others: TopicPartitionMap<number>;
}

/** Where each partition's committed offset would go: never before the first record, never behind the end. */
export function planReset(target: ResetTarget, facts: ResetFacts): PlannedReset[] {
  return facts.partitions.map((one) => {
    const before = facts.committed.get(one.topic, one.partition) ?? null;
    const start = facts.starts.get(one.topic, one.partition) ?? null;
    const end = facts.ends.get(one.topic, one.partition) ?? null;
    const { after, note } =
      start === null || end === null
        ? nothing('not-answered')
        : within(wanted(target, facts, { ...one, before, start, end }), start, end);
    return { ...one, before, after, start, end, note };
  });
}

interface Place {
  readonly after: number | null;
  readonly note: ResetNote | null;
}

interface Known extends TopicPartition {
  readonly before: number | null;
  readonly start: number;
  readonly end: number;
}

function wanted(target: ResetTarget, facts: ResetFacts, known: Known): Place {
  const { topic, partition, before, start, end } = known;
  switch (target.to) {
    case 'earliest':
      return at(start);
    case 'latest':
      return at(end);
    case 'offset':
      return at(target.offset);
    case 'shift':
      return before === null ? nothing('no-offset') : at(before + target.by);
    case 'group': {
      const other = facts.others.get(topic, partition);
      return other === undefined ? nothing('no-offset') : at(other);
    }
    case 'time': {
      const timed = facts.timed.get(topic, partition);
      if (timed === undefined) return nothing('not-answered');
      return timed === null ? { after: end, note: 'no-record-that-young' } : at(timed);
    }
  }
}

function within(place: Place, start: number, end: number): Place {
  if (place.after === null) return place;
  if (place.after < start) return { after: start, note: 'raised-to-start' };
  return place.after > end ? { after: end, note: 'lowered-to-end' } : place;
}

function at(after: number): Place {
  return { after, note: null };
}

function nothing(note: ResetNote): Place {
  return { after: null, note };
}
