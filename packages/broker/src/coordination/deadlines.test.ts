import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Deadlines } from './deadlines.ts';

test('a key is due once, at the earliest time it was given', () => {
  const deadlines = new Deadlines<string>();
  deadlines.schedule('group', 50);
  deadlines.schedule('group', 20);
  deadlines.schedule('group', 90);
  expect(deadlines.nextMs()).toBe(20);
  expect(deadlines.takeDue(19)).toBeUndefined();
  expect(deadlines.takeDue(20)).toBe('group');
  expect(deadlines.takeDue(1000)).toBeUndefined();
  expect(deadlines.nextMs()).toBeNull();
});

test('keys come out in the order of their times', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(20), fc.nat(1000))), (schedules) => {
      const deadlines = new Deadlines<number>();
      const earliest = new Map<number, number>();
      for (const [key, atMs] of schedules) {
        deadlines.schedule(key, atMs);
        earliest.set(key, Math.min(earliest.get(key) ?? atMs, atMs));
      }
      const taken: number[] = [];
      for (let key = deadlines.takeDue(1000); key !== undefined; key = deadlines.takeDue(1000)) {
        taken.push(earliest.get(key) ?? -1);
      }
      expect(taken).toEqual([...earliest.values()].sort((a, b) => a - b));
    }),
  );
});
