import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IndexCache } from './index-cache.ts';
import { TimeIndex } from './time-index.ts';

const BUDGET = 10_000;

/** An index that takes a kilobyte and a half for every hundred entries, and some. */
function indexOf(entries: number): TimeIndex {
  const index = TimeIndex.empty(0);
  for (let entry = 1; entry <= entries; entry++) index.append(entry, entry);
  return index;
}

const acts = fc.array(
  fc.record({
    act: fc.constantFrom('add', 'add', 'get', 'forget'),
    path: fc.integer({ min: 0, max: 9 }).map(String),
    entries: fc.integer({ min: 0, max: 400 }),
  }),
  { maxLength: 60 },
);

test('what was used last is kept as far as the budget goes, and the newest in any case', () => {
  fc.assert(
    fc.property(acts, (steps) => {
      const cache = new IndexCache(BUDGET);
      /** By path, unused longest first. */
      const model = new Map<string, TimeIndex>();
      for (const { act, path, entries } of steps) {
        const known = model.get(path);
        if (act === 'forget') {
          cache.forget(path);
          model.delete(path);
        } else if (act === 'get') {
          expect(cache.get(path)).toBe(known);
          if (known !== undefined && model.delete(path)) model.set(path, known);
        } else {
          const index = indexOf(entries);
          cache.add(path, index);
          model.delete(path);
          model.set(path, index);
          for (const oldest of model.keys()) {
            if (cache.get(oldest) !== undefined) break;
            model.delete(oldest);
          }
        }
        // The model goes through in its order, which leaves the order of the cache as it is.
        for (const [kept, index] of model) expect(cache.get(kept)).toBe(index);
        expect(cache.usedBytes <= BUDGET || model.size === 1).toBe(true);
      }
      for (const path of model.keys()) cache.forget(path);
      expect(cache.usedBytes).toBe(0);
    }),
  );
});
