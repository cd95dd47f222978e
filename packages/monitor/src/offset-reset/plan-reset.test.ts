import type { ResetTarget } from '@odradek/contract';
import { describe, expect, it } from 'vitest';
import { TopicPartitionMap } from '../topic-partition-map.ts';
import { planReset, type ResetFacts } from './plan-reset.ts';

function mapOf<V>(...values: (V | undefined)[]): TopicPartitionMap<V> {
  const map = new TopicPartitionMap<V>();
  for (const [partition, value] of values.entries()) if (value !== undefined) map.set('o', partition, value);
  return map;
}

/** Three partitions from 10 to 100: committed at 40, at 100, never. */
const facts: ResetFacts = {
  partitions: [0, 1, 2].map((partition) => ({ topic: 'o', partition })),
  committed: mapOf(40, 100),
  starts: mapOf(10, 10, 10),
  ends: mapOf(100, 100, 100),
  timed: mapOf<number | null>(55, null, undefined),
  others: mapOf(70),
};

const planned = (target: ResetTarget, change: Partial<ResetFacts> = {}) =>
  planReset(target, { ...facts, ...change }).map(({ after, note }) =>
    note === null ? after : [after, note],
  );

describe('a plan puts each partition', () => {
  it('at its first record, at its end, or at one offset', () => {
    expect(planned({ to: 'earliest' })).toEqual([10, 10, 10]);
    expect(planned({ to: 'latest' })).toEqual([100, 100, 100]);
    expect(planned({ to: 'offset', offset: 60 })).toEqual([60, 60, 60]);
  });

  it('never outside of what is there, and says where it was moved in', () => {
    expect(planned({ to: 'offset', offset: 3 })[0]).toEqual([10, 'raised-to-start']);
    expect(planned({ to: 'offset', offset: 101 })[0]).toEqual([100, 'lowered-to-end']);
    expect(planned({ to: 'offset', offset: 100 })[0]).toBe(100);
  });

  it('forward or back from where it is, and leaves alone what never was anywhere', () => {
    expect(planned({ to: 'shift', by: -5 })).toEqual([35, 95, [null, 'no-offset']]);
    expect(planned({ to: 'shift', by: 5 })).toEqual([45, [100, 'lowered-to-end'], [null, 'no-offset']]);
    expect(planned({ to: 'shift', by: -1_000 })[0]).toEqual([10, 'raised-to-start']);
  });

  it('where another group is, and leaves alone where that is nowhere', () => {
    expect(planned({ to: 'group', group: 'other' })).toEqual([70, [null, 'no-offset'], [null, 'no-offset']]);
  });

  it('at a time; at the end only where no record is that young, not where nobody answered', () => {
    expect(planned({ to: 'time', timestamp: 1 })).toEqual([
      55,
      [100, 'no-record-that-young'],
      [null, 'not-answered'],
    ]);
  });

  it('nowhere new where its leader does not say what is there', () => {
    expect(planned({ to: 'earliest' }, { ends: mapOf(100) })).toEqual([
      10,
      [null, 'not-answered'],
      [null, 'not-answered'],
    ]);
  });
});
