import { describe, expect, test } from 'vitest';
import { growth, removalRefusal, votersOf } from './cluster-growth.ts';

test.each([
  [1, [1]],
  [2, [1]],
  [3, [1, 2, 3]],
  [4, [1, 2, 3]],
  [5, [1, 2, 3, 4, 5]],
  [9, [1, 2, 3, 4, 5]],
])('of %i brokers %j vote', (brokers, voters) => {
  expect(votersOf(brokers)).toEqual(voters);
});

test('the voters of any cluster are odd in number, so that none of them is there in vain', () => {
  for (let brokers = 1; brokers < 50; brokers++) expect(votersOf(brokers).length % 2).toBe(1);
});

describe('a cluster that is there', () => {
  const three = { brokers: [1, 2, 3], voters: [1, 2, 3] };

  test('stays when it is asked for as it is', () => {
    expect(growth(three, 3)).toEqual({ kind: 'same' });
  });

  test('does not shrink', () => {
    expect(growth(three, 1)).toMatchObject({ kind: 'refused', reason: expect.stringContaining('3 brokers') });
  });

  test('grows by observers, whose ids follow on', () => {
    expect(growth(three, 4)).toEqual({ kind: 'grown', added: [4], note: null });
    expect(growth({ brokers: [1, 2, 7], voters: [1, 2, 7] }, 5)).toMatchObject({ added: [8, 9] });
  });

  test.each([
    [1, 3, '1 voter (1) and keeps it'],
    [2, 3, '1 voter (1) and keeps it'],
    [3, 5, '3 voters (1, 2, 3) and keeps them'],
  ])('made with %i and opened with %i says that it keeps its voters', (made, asked, text) => {
    const brokers = Array.from({ length: made }, (_, index) => index + 1);
    const grown = growth({ brokers, voters: votersOf(made) }, asked);
    expect(grown).toMatchObject({ kind: 'grown', note: expect.stringContaining(text) });
  });

  test('a voter is not removed, an observer may be', () => {
    expect(removalRefusal(three, 2)).toMatch(/Broker 2 votes/);
    expect(removalRefusal({ brokers: [1, 2, 3, 4], voters: [1, 2, 3] }, 4)).toBeNull();
  });
});
