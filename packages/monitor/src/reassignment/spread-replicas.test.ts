import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spreadReplicas, type TargetBroker } from './spread-replicas.ts';

const brokers = (...ids: number[]): TargetBroker[] => ids.map((id) => ({ id, rack: null }));
const racked = (racks: Readonly<Record<number, string>>): TargetBroker[] =>
  Object.entries(racks).map(([id, rack]) => ({ id: Number(id), rack }));

const countsOf = (ids: readonly number[], of: readonly TargetBroker[]) =>
  of.map(({ id }) => ids.filter((other) => other === id).length);
const gap = (counts: readonly number[]) => Math.max(...counts) - Math.min(...counts);

describe('spreadReplicas', () => {
  it('leaves alone what is even', () => {
    const even = [
      [1, 2],
      [2, 3],
      [3, 1],
    ];
    expect(spreadReplicas(even, { brokers: brokers(1, 2, 3), replicationFactor: null })).toEqual(even);
  });

  it('uses a new broker without moving more than its share', () => {
    const before = [
      [1, 2],
      [2, 3],
      [3, 1],
      [1, 2],
      [2, 3],
      [3, 1],
    ];
    const goal = { brokers: brokers(1, 2, 3, 4), replicationFactor: null };
    const after = spreadReplicas(before, goal);
    expect(gap(countsOf(after.flat(), goal.brokers))).toBeLessThanOrEqual(1);
    const moved = after.flatMap((replicas, index) => replicas.filter((id) => !before[index]?.includes(id)));
    expect(moved).toEqual([4, 4, 4]);
  });

  it('empties a broker and puts others in its places', () => {
    const after = spreadReplicas([[3, 1]], { brokers: brokers(1, 2), replicationFactor: null });
    expect(after).toEqual([[2, 1]]);
  });

  it('adds replicas up to the replication factor, and takes some away, never the first', () => {
    const goal = { brokers: brokers(1, 2, 3), replicationFactor: 3 };
    expect(spreadReplicas([[2]], goal)[0]?.toSorted()).toEqual([1, 2, 3]);
    expect(spreadReplicas([[2, 1, 3]], { ...goal, replicationFactor: 1 })).toEqual([[2]]);
  });

  it('puts no two replicas into one rack while there is another', () => {
    const goal = { brokers: racked({ 1: 'a', 2: 'a', 3: 'b', 4: 'b' }), replicationFactor: 2 };
    for (const replicas of spreadReplicas([[1], [2], [3], [4]], goal)) {
      const racks = new Set(replicas.map((id) => (id < 3 ? 'a' : 'b')));
      expect([replicas, racks.size]).toEqual([replicas, 2]);
    }
  });

  it('keeps every rule whatever it is given', () => {
    const given = fc
      .record({ count: fc.integer({ min: 1, max: 8 }), racks: fc.integer({ min: 0, max: 4 }) })
      .chain(({ count, racks }) => {
        const all = Array.from({ length: count + 2 }, (_, id) => id);
        return fc.record({
          targets: fc.constant(
            all.slice(0, count).map((id) => ({ id, rack: racks === 0 ? null : String(id % racks) })),
          ),
          factor: fc.option(fc.integer({ min: 1, max: count }), { nil: null }),
          partitions: fc.array(fc.shuffledSubarray(all, { minLength: 1, maxLength: count }), {
            maxLength: 60,
          }),
        });
      });
    fc.assert(
      fc.property(given, ({ targets, factor, partitions }) => {
        const after = spreadReplicas(partitions, { brokers: targets, replicationFactor: factor });
        expect(after).toHaveLength(partitions.length);
        for (const [index, replicas] of after.entries()) {
          expect(new Set(replicas).size).toBe(replicas.length);
          expect(replicas).toHaveLength(factor ?? partitions[index]?.length ?? 0);
          expect(replicas.every((id) => targets.some((target) => target.id === id))).toBe(true);
        }
        const again = spreadReplicas(after, { brokers: targets, replicationFactor: factor });
        const spread = (plan: number[][]) => gap(countsOf(plan.flat(), targets));
        expect(spread(again)).toBeLessThanOrEqual(spread(after));
        if (targets.every(({ rack }) => rack === null)) expect(spread(after)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('plans 10,000 partitions in less than a second', () => {
    const before = Array.from({ length: 10_000 }, (_, index) => [
      index % 3,
      (index + 1) % 3,
      (index + 2) % 3,
    ]);
    const startedAt = performance.now();
    const goal = { brokers: brokers(0, 1, 2, 3, 4, 5), replicationFactor: null };
    const after = spreadReplicas(before, goal);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(gap(countsOf(after.flat(), goal.brokers))).toBeLessThanOrEqual(1);
    expect(
      gap(
        countsOf(
          after.map(([first = -1]) => first),
          goal.brokers,
        ),
      ),
    ).toBeLessThanOrEqual(2);
  });
});
