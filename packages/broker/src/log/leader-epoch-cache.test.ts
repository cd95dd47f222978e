import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LeaderEpochCache } from './leader-epoch-cache.ts';

const cache = () =>
  new LeaderEpochCache([
    { epoch: 2, startOffset: 10 },
    { epoch: 5, startOffset: 30 },
    { epoch: 6, startOffset: 40 },
  ]);

describe('an epoch ends', () => {
  test.each([
    ['at the log end when it is the latest', 6, 6, 100],
    ['where the next one begins', 5, 5, 40],
    ['where the next one begins when it wrote nothing itself', 3, 2, 30],
    ['where the first known one begins when its records are deleted', 1, 1, 10],
    ['nowhere when it is newer than all', 7, -1, -1],
    ['nowhere when there is none', -1, -1, -1],
  ])('%s', (_where, epoch, leaderEpoch, endOffset) => {
    expect(cache().endOffsetFor(epoch, 100)).toEqual({ leaderEpoch, endOffset });
  });
});

test('a record belongs to the epoch that begins last before it', () => {
  const epochs = cache();
  expect([9, 10, 29, 30, 99].map((offset) => epochs.epochForOffset(offset))).toEqual([-1, 2, 2, 5, 6]);
});

test('a truncated log forgets the epochs behind its end', () => {
  const epochs = cache();
  epochs.truncateFromEnd(40);
  expect(epochs.entries).toEqual([
    { epoch: 2, startOffset: 10 },
    { epoch: 5, startOffset: 30 },
  ]);
  expect([epochs.takeChanged(), epochs.takeChanged()]).toEqual([true, false]);
});

test('the epoch that contains a new log start begins there', () => {
  const epochs = cache();
  epochs.truncateFromStart(35);
  expect(epochs.entries).toEqual([
    { epoch: 5, startOffset: 35 },
    { epoch: 6, startOffset: 40 },
  ]);
  epochs.truncateFromStart(35);
  expect(epochs.takeChanged()).toBe(true);
  epochs.truncateFromStart(35);
  expect(epochs.takeChanged()).toBe(false);
});

test('a contradicting assignment wins over what it contradicts', () => {
  const epochs = cache();
  epochs.assign(6, 50);
  expect(epochs.latestEpoch).toBe(6);
  epochs.assign(7, 35);
  expect(epochs.entries).toEqual([
    { epoch: 2, startOffset: 10 },
    { epoch: 5, startOffset: 30 },
    { epoch: 7, startOffset: 35 },
  ]);
});

const assignments = fc.array(
  fc.record({ epoch: fc.integer({ min: 0, max: 20 }), startOffset: fc.integer({ min: 0, max: 60 }) }),
  { maxLength: 25 },
);

test('whatever was assigned, looking up finds what going through all entries would', () => {
  fc.assert(
    fc.property(assignments, (assigned) => {
      const epochs = new LeaderEpochCache(assigned);
      const { entries } = epochs;
      for (const [index, { epoch, startOffset }] of entries.slice(1).entries()) {
        expect(epoch).toBeGreaterThan(entries[index]?.epoch ?? 99);
        expect(startOffset).toBeGreaterThan(entries[index]?.startOffset ?? 99);
      }
      for (let offset = 0; offset < 62; offset++) {
        const holder = entries.findLast((entry) => entry.startOffset <= offset);
        expect(epochs.epochForOffset(offset)).toBe(holder?.epoch ?? -1);
      }
      for (let epoch = 0; epoch < (entries.at(-1)?.epoch ?? 0); epoch++) {
        const next = entries.find((entry) => entry.epoch > epoch);
        const known = entries.findLast((entry) => entry.epoch <= epoch);
        const expected = { leaderEpoch: known?.epoch ?? epoch, endOffset: next?.startOffset };
        expect(epochs.endOffsetFor(epoch, 100)).toEqual(expected);
      }
    }),
  );
});
