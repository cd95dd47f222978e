import { expect, it } from 'vitest';
import { ChangedByKey } from './changed-by-key.ts';

it('a list is told by what is new or differs and what is gone', () => {
  const keyOf = ({ name }: { name: string; lag: number }) => name;
  const list = new ChangedByKey(keyOf, [
    { name: 'a', lag: 1 },
    { name: 'b', lag: 1 },
  ]);
  const next = [
    { name: 'b', lag: 2 },
    { name: 'c', lag: 1 },
  ];
  expect(list.update(next)).toEqual({ changed: next, removed: ['a'] });
  expect(list.update(next)).toEqual({ changed: [], removed: [] });
});
