import { describe, expect, it } from 'vitest';
import { aBroker, aPartition } from '../../../test/cluster-answers.ts';
import { filterCounts, filterPartitions, matrixBrokers, rowMaker } from './matrix-rows.ts';

const rowOf = rowMaker([1, 2, 3, 4]);
const labels = (changes: Parameters<typeof aPartition>[0]) =>
  rowOf(aPartition(changes)).cells.map((cell) => cell?.label ?? null);

describe('a row', () => {
  it('says what each broker is to the partition', () => {
    expect(labels({})).toEqual(['leader, preferred leader', 'in sync', 'in sync', null]);
    expect(rowOf(aPartition()).note).toBe('');
  });

  it('tells out of sync from offline', () => {
    expect(labels({ isr: [1], offline: [3] })).toEqual([
      'leader, preferred leader',
      'out of sync',
      'offline',
      null,
    ]);
    expect(rowOf(aPartition({ isr: [1], offline: [3] }))).toMatchObject({
      note: 'offline on broker 3 · out of sync on broker 2',
      tone: 'warn',
    });
  });

  it('says of a partition without a leader who had everything last', () => {
    const lost = aPartition({ leader: null, isr: [2], offline: [1, 2, 3] });
    expect(rowOf(lost).cells[1]?.label).toBe('offline, in sync when it was last seen');
    expect(rowOf(lost)).toMatchObject({ note: 'no leader · offline on brokers 1, 2, 3', tone: 'critical' });
  });

  it('shows what a reassignment adds and takes away, and does not take the newcomer for one that fell behind', () => {
    const moving = aPartition({ replicas: [4, 2, 3, 1], isr: [1, 2, 3], adding: [4], removing: [1] });
    expect(rowOf(moving).cells.map((cell) => cell?.label)).toEqual([
      'leader, being removed',
      'in sync',
      'in sync',
      'out of sync, preferred leader, being added',
    ]);
    expect(rowOf(moving).note).toBe('adding 4 · removing 1 · led by 1, not by 4');
  });

  it('is the same object as long as its partition is', () => {
    const partition = aPartition();
    expect(rowOf(partition)).toBe(rowOf(partition));
  });
});

describe('the filters', () => {
  const partitions = [
    aPartition(),
    aPartition({ partition: 1, isr: [1, 2] }),
    aPartition({ partition: 2, leader: null, isr: [] }),
    aPartition({ partition: 3, leader: 2 }),
    aPartition({ topic: 'clicks', adding: [3], isr: [1, 2] }),
  ];
  const shown = (chosen: Parameters<typeof filterPartitions>[1]) =>
    filterPartitions(partitions, chosen).map(({ topic, partition }) => `${topic}-${partition}`);

  it('count what they show', () => {
    expect(filterCounts(partitions)).toEqual({ unhealthy: 2, leaderless: 1, moving: 1, 'not-preferred': 2 });
    expect(shown({ show: 'unhealthy' })).toEqual(['orders-1', 'orders-2']);
    expect(shown({ show: 'not-preferred' })).toEqual(['orders-2', 'orders-3']);
    expect(shown({ filter: 'ORD 3' })).toEqual(['orders-3']);
    expect(shown({})).toHaveLength(5);
  });
});

it('a column counts what its broker has of the rows shown, and says in a word whether it is there', () => {
  const rows = [aPartition(), aPartition({ partition: 1, isr: [1] })].map(rowMaker([1, 2]));
  const paused = { state: 'paused' as const, pid: 7, reason: null };
  expect(matrixBrokers([aBroker(), aBroker({ id: 2, process: paused })], rows)).toEqual([
    { id: 1, tone: 'ok', state: 'up', counts: { leader: 2, 'in-sync': 0, 'out-of-sync': 0, offline: 0 } },
    {
      id: 2,
      tone: 'warn',
      state: 'paused',
      counts: { leader: 0, 'in-sync': 1, 'out-of-sync': 1, offline: 0 },
    },
  ]);
});
