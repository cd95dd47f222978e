import { describe, expect, it } from 'vitest';
import { planAssignment, type TargetBroker } from './plan-assignment.ts';

const plain = (...ids: number[]): TargetBroker[] => ids.map((id) => ({ id, rack: null }));

/** `1,2 2,3` are two partitions of one topic. */
const partitionsOf = (text: string) =>
  text
    .split(' ')
    .map((list, partition) => ({ topic: 't', partition, replicas: list.split(',').map(Number) }));

function planned(text: string, targets: TargetBroker[], factor: number | null = null): string {
  const partitions = partitionsOf(text);
  const moves = planAssignment(partitions, targets, factor);
  return partitions
    .map(
      ({ partition, replicas }) => moves.find((move) => move.partition === partition)?.replicas ?? replicas,
    )
    .map((replicas) => replicas.join(','))
    .join(' ');
}

function countsOf(text: string): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const id of text.split(/[ ,]/).map(Number)) counts[id] = (counts[id] ?? 0) + 1;
  return counts;
}

describe('planAssignment', () => {
  it.each([
    ['leaves alone what lies well', '1,2,3 2,3,1 3,1,2', plain(1, 2, 3), null, '1,2,3 2,3,1 3,1,2'],
    ['gives a grown cluster replicas', '1 1 1', plain(1, 2, 3), 3, '2,1,3 3,1,2 1,2,3'],
    ['takes replicas away behind the first', '1,2,3', plain(1, 2, 3), 1, '1'],
    ['moves off a broker that is to go', '1,2 2,4 4,1', plain(1, 2, 3), null, '1,2 2,3 3,1'],
    ['cannot have more replicas than brokers', '1,2,3', plain(1, 2), null, '1,2'],
    ['moves all when no broker stays', '1,2 2,1', plain(3, 4), null, '4,3 3,4'],
  ])('%s', (_, before, targets, factor, after) => {
    expect(planned(before, targets, factor)).toBe(after);
  });

  it('fills a new broker and moves no more than that takes', () => {
    const before = '1,2 2,3 3,1 1,2 2,3 3,1';
    const after = planned(before, plain(1, 2, 3, 4));
    expect(countsOf(after)).toEqual({ 1: 3, 2: 3, 3: 3, 4: 3 });
    const kept = partitionsOf(after).flatMap(({ partition, replicas }) =>
      replicas.filter((id) => partitionsOf(before)[partition]?.replicas.includes(id)),
    );
    expect(kept).toHaveLength(9);
  });

  it('spreads the preferred leaders without copying a log', () => {
    const moves = planAssignment(partitionsOf('1,2,3 1,2,3 1,2,3 1,2,3 1,2,3 1,2,3'), plain(1, 2, 3), null);
    for (const { before, replicas } of moves) expect(replicas.toSorted()).toEqual(before.toSorted());
    expect(
      planned('1,2,3 1,2,3 1,2,3', plain(1, 2, 3))
        .split(' ')
        .map((list) => list[0])
        .toSorted(),
    ).toEqual(['1', '2', '3']);
  });

  it('keeps the replicas of a partition on racks of their own', () => {
    const racked = [1, 2, 3, 4].map((id) => ({ id, rack: id <= 2 ? 'a' : 'b' }));
    for (const list of planned('1 1 2 2', racked, 2).split(' ')) {
      const racks = list.split(',').map((id) => (Number(id) <= 2 ? 'a' : 'b'));
      expect(new Set(racks).size).toBe(2);
    }
  });

  it('names what changes only, with what was before', () => {
    expect(planAssignment(partitionsOf('1,2 3,1'), plain(1, 2), null)).toEqual([
      { topic: 't', partition: 1, before: [3, 1], replicas: [2, 1] },
    ]);
  });
});
