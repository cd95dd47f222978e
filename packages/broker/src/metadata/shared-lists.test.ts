import { expect, test } from 'vitest';
import { SharedLists } from './shared-lists.ts';

test('lists that hold the same, in the same order, are one', () => {
  const lists = new SharedLists<number>();
  const first = [1, 2, 3];
  expect(lists.shared(first)).toBe(first);
  expect(lists.shared([1, 2, 3])).toBe(first);
  const others = [[], [1], [1, 2], [3, 2, 1], [1, 2, 3, 4], [1, 2, 2]];
  for (const other of others) expect(lists.shared(other)).toEqual(other);
  for (const other of others) expect(lists.shared([...other])).toBe(lists.shared(other));
  expect(new Set(others.map((other) => lists.shared(other))).size).toBe(others.length);
});
