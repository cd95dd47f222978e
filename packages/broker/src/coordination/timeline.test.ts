import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Timeline, TimelineMap } from './timeline.ts';

interface Value {
  readonly text: string;
}

function decided(timeline: Timeline, change: () => void): number {
  const mark = timeline.begin();
  change();
  timeline.end();
  return mark;
}

test('a decision is seen at once, and by readers of committed state only after its commit', () => {
  const timeline = new Timeline();
  const map = new TimelineMap<string, Value>(timeline);
  const first = decided(timeline, () => map.set('a', { text: 'one' }));
  expect(map.get('a')?.text).toBe('one');
  expect(map.getCommitted('a')).toBeUndefined();
  const second = decided(timeline, () => map.set('a', { text: 'two' }));
  timeline.commit(first);
  expect(map.getCommitted('a')?.text).toBe('one');
  timeline.commit(second);
  expect(map.getCommitted('a')?.text).toBe('two');
});

test('a rollback undoes that decision and all later ones, and leaves earlier ones', () => {
  const timeline = new Timeline();
  const map = new TimelineMap<string, Value>(timeline);
  decided(timeline, () => map.set('kept', { text: 'kept' }));
  const failed = decided(timeline, () => map.set('a', { text: 'lost' }));
  decided(timeline, () => map.delete('kept'));
  timeline.rollback(failed);
  expect([...map.entries()]).toEqual([['kept', { text: 'kept' }]]);
});

test('changes outside of a decision are committed as they happen', () => {
  const timeline = new Timeline();
  const map = new TimelineMap<string, Value>(timeline);
  map.set('a', { text: 'replayed' });
  expect(map.getCommitted('a')?.text).toBe('replayed');
});

test('a map inside a map, dropped and made anew by a decision, is read as committed until then', () => {
  const timeline = new Timeline();
  const outer = new TimelineMap<string, TimelineMap<string, Value>>(timeline);
  const inner = new TimelineMap<string, Value>(timeline);
  outer.set('group', inner);
  inner.set('a', { text: 'old' });
  decided(timeline, () => {
    inner.delete('a');
    outer.delete('group');
    const anew = new TimelineMap<string, Value>(timeline);
    outer.set('group', anew);
    anew.set('b', { text: 'new' });
  });
  expect([...(outer.getCommitted('group')?.committedValues() ?? [])]).toEqual([{ text: 'old' }]);
});

type Step =
  | { readonly kind: 'decide'; readonly changes: readonly (readonly [string, string | null])[] }
  | { readonly kind: 'commit' | 'rollback'; readonly count: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('decide' as const),
    changes: fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.option(fc.string({ maxLength: 3 })))),
  }),
  fc.record({ kind: fc.constantFrom('commit' as const, 'rollback' as const), count: fc.nat(3) }),
);

test('latest and committed state are those of a list of whole copies', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const timeline = new Timeline();
      const map = new TimelineMap<string, Value>(timeline);
      // Copies of the state: committed, then after each decision that is not.
      let copies: { mark: number; state: Map<string, string> }[] = [{ mark: 0, state: new Map() }];
      for (const current of steps) {
        if (current.kind === 'decide') {
          const state = new Map(copies.at(-1)?.state);
          const mark = decided(timeline, () => {
            for (const [key, text] of current.changes) {
              if (text === null) {
                map.delete(key);
                state.delete(key);
              } else {
                map.set(key, { text });
                state.set(key, text);
              }
            }
          });
          copies.push({ mark, state });
        } else if (current.kind === 'commit') {
          copies = copies.slice(Math.min(current.count, copies.length - 1));
          timeline.commit(copies[0]?.mark ?? 0);
        } else {
          const [lost] = copies.splice(Math.max(1, copies.length - current.count));
          if (lost !== undefined) timeline.rollback(lost.mark);
        }
        const latest = copies.at(-1)?.state;
        const committed = copies[0]?.state;
        expect(new Map([...map.entries()].map(([key, { text }]) => [key, text]))).toEqual(latest);
        for (const key of ['a', 'b', 'c']) expect(map.getCommitted(key)?.text).toBe(committed?.get(key));
        expect([...map.committedValues()].map(({ text }) => text).sort()).toEqual(
          [...(committed?.values() ?? [])].sort(),
        );
      }
    }),
  );
});
