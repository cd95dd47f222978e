import { describe, expect, test } from 'vitest';
import { registration, replayed } from '../../test/metadata/controller-view.ts';
import { CountingRandom } from '../../test/metadata/ports.ts';
import { placeReplicas } from './replica-placement.ts';

function place(
  brokers: readonly { readonly id: number; readonly rack?: string; readonly fenced?: boolean }[],
  wanted: { readonly partitions: number; readonly replicationFactor: number },
): readonly (readonly number[])[] {
  const image = replayed(brokers.map(({ id, ...rest }) => registration(id, rest)));
  const placement = placeReplicas(image.brokers.values(), wanted, new CountingRandom());
  return placement.kind === 'placed' ? placement.assignments : [];
}

function counts(values: readonly (number | undefined)[]): number[] {
  const counted = new Map<number | undefined, number>();
  for (const value of values) counted.set(value, (counted.get(value) ?? 0) + 1);
  return [...counted.values()];
}

describe('replica placement', () => {
  test('leaders and replicas are spread evenly, and no broker holds a partition twice', () => {
    const assignments = place(
      [1, 2, 3].map((id) => ({ id })),
      { partitions: 30, replicationFactor: 2 },
    );
    expect(counts(assignments.map(([leader]) => leader))).toEqual([10, 10, 10]);
    expect(counts(assignments.flat())).toEqual([20, 20, 20]);
    expect(assignments.every((replicas) => new Set(replicas).size === 2)).toBe(true);
  });

  test('replicas of a partition stand in different racks while there are racks enough', () => {
    const brokers = [1, 2, 3, 4, 5, 6].map((id) => ({ id, rack: `r${id % 3}` }));
    const assignments = place(brokers, { partitions: 24, replicationFactor: 3 });
    expect(assignments.every((replicas) => new Set(replicas.map((id) => id % 3)).size === 3)).toBe(true);
    expect(counts(assignments.map(([leader]) => leader))).toEqual([4, 4, 4, 4, 4, 4]);
  });

  test('a fenced broker leads nothing and is a replica only where it must be', () => {
    const brokers = [{ id: 1 }, { id: 2 }, { id: 3, fenced: true }];
    const two = place(brokers, { partitions: 12, replicationFactor: 2 });
    expect(two.flat()).not.toContain(3);
    const three = place(brokers, { partitions: 12, replicationFactor: 3 });
    expect(three.every((replicas) => replicas.length === 3 && replicas[0] !== 3)).toBe(true);
  });

  test('the same broker does not always follow the same leader', () => {
    const brokers = [1, 2, 3, 4].map((id) => ({ id }));
    const assignments = place(brokers, { partitions: 60, replicationFactor: 2 });
    const followers = assignments.filter(([leader]) => leader === 1).map(([, follower]) => follower);
    expect([...new Set(followers)].sort()).toEqual([2, 3, 4]);
  });

  test('one broker takes everything', () => {
    expect(place([{ id: 7 }], { partitions: 3, replicationFactor: 1 })).toEqual([[7], [7], [7]]);
  });
});
