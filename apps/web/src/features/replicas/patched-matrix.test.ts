import { expect, it } from 'vitest';
import { aPartition } from '../../../test/cluster-answers.ts';
import { patchedMatrix } from './patched-matrix.ts';

const [first, second] = [aPartition(), aPartition({ partition: 1 })];
const held = { partitions: [first, second], version: 3, checkedAt: 10 };
const patch = { to: 4, checkedAt: 20, changed: [], removed: [] };

it('a patch replaces what changed, and leaves the rest the same objects', () => {
  const changed = aPartition({ partition: 1, leader: 2 });
  const after = patchedMatrix(held, { ...patch, changed: [changed] });
  expect(after).toEqual({ partitions: [first, changed], version: 4, checkedAt: 20 });
  expect(after.partitions[0]).toBe(first);
});

it('new partitions come in their order, and removed ones go', () => {
  const added = [aPartition({ topic: 'clicks' }), aPartition({ partition: 2 })];
  const after = patchedMatrix(held, {
    ...patch,
    changed: added,
    removed: [{ topic: 'orders', partition: 0 }],
  });
  expect(after.partitions.map(({ topic, partition }) => `${topic}-${partition}`)).toEqual([
    'clicks-0',
    'orders-1',
    'orders-2',
  ]);
});

it('nothing changed: the rows are not even copied', () => {
  expect(patchedMatrix(held, { ...patch, to: 3 }).partitions).toBe(held.partitions);
});
