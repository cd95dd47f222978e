import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PersistentMap } from './persistent-map.ts';

test('it holds what a map with the same changes holds, and earlier ones stay as they were', () => {
  const change = fc.tuple(fc.oneof(fc.string(), fc.integer()), fc.oneof(fc.integer(), fc.constant(null)));
  fc.assert(
    fc.property(fc.array(fc.array(change)), (steps) => {
      let map = PersistentMap.empty<string | number, number>();
      const expected = new Map<string | number, number>();
      for (const step of steps) {
        const before = new Map(map.entries());
        const next = map.with(step);
        expect(new Map(map.entries())).toEqual(before);
        for (const [key, value] of step) {
          if (value === null) expected.delete(key);
          else expected.set(key, value);
        }
        map = next;
        expect(new Map(map.entries())).toEqual(expected);
        expect(map.size).toBe(expected.size);
        for (const key of expected.keys()) expect(map.get(key)).toBe(expected.get(key));
      }
    }),
  );
});
