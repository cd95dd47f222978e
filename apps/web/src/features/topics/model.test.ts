import { expect, it } from 'vitest';
import { aTopic } from '../../../test/cluster-answers.ts';
import { filterTopics, healthOf, worstReader } from './model.ts';

const topics = [
  aTopic({ name: 'orders.eu' }),
  aTopic({ name: 'clicks', underReplicated: 2 }),
  aTopic({ name: '__consumer_offsets', internal: true, leaderless: 1 }),
];
const named = (filter: Parameters<typeof filterTopics>[1]) =>
  filterTopics(topics, filter).map(({ name }) => name);

it('internal topics are shown only when asked for', () => {
  expect(named({})).toEqual(['orders.eu', 'clicks']);
  expect(named({ internal: true })).toHaveLength(3);
});

it('a question about broken partitions shows exactly the topics that have them, internal ones too', () => {
  expect(named({ show: 'leaderless' })).toEqual(['__consumer_offsets']);
  expect(named({ show: 'under-replicated' })).toEqual(['clicks']);
});

it('every word of the filter must occur in the name', () => {
  expect(named({ filter: 'EU ord' })).toEqual(['orders.eu']);
  expect(named({ filter: 'orders clicks' })).toEqual([]);
});

it('a missing leader is worse than a missing replica', () => {
  expect(healthOf({ leaderless: 1, underReplicated: 3 }).tone).toBe('critical');
  expect(healthOf({ leaderless: 0, underReplicated: 3 })).toEqual({
    tone: 'warn',
    word: '3 under-replicated',
  });
  expect(healthOf({ leaderless: 0, underReplicated: 0 }).tone).toBe('ok');
});

it('the reader that is shown has the worst verdict, then the most lag', () => {
  const reader = (group: string, verdict: 'OK' | 'ERR' | null, lag: number) => ({
    group,
    state: 'Stable',
    verdict,
    lag,
  });
  expect(worstReader([reader('a', 'OK', 9), reader('b', 'ERR', 1), reader('c', 'ERR', 2)])?.group).toBe('c');
  expect(worstReader([])).toBeNull();
});
