import { expect, it } from 'vitest';
import { matchingEntries, paletteEntries } from './palette-entries.ts';

const entries = paletteEntries(
  [
    { cluster: { name: 'prod' }, topics: [{ name: 'orders' }, { name: 'old/orders' }], groups: [] },
    { cluster: { name: 'local' }, topics: [{ name: 'preorders' }], groups: [{ group: 'orders-reader' }] },
  ],
  'local',
);
const found = (query: string) => matchingEntries(entries, query, 50).map(({ href }) => href);

it('without a query the pages of the current cluster come first', () => {
  expect(found('').slice(0, 7)).toEqual([
    '/c/local',
    '/c/local/topics',
    '/c/local/groups',
    '/c/local/transactions',
    '/c/local/replicas',
    '/c/local/brokers',
    '/c/local/quorum',
  ]);
});

it('names that begin with what was typed come before those that hold it', () => {
  expect(found('ord')).toEqual([
    '/c/local/groups/orders-reader',
    '/c/prod/topics/orders',
    '/c/local/topics/preorders',
    '/c/prod/topics/old%2Forders',
  ]);
});

it('every word counts, the cluster’s name and the kind too', () => {
  expect(found('ord prod')).toEqual(['/c/prod/topics/orders', '/c/prod/topics/old%2Forders']);
  expect(found('group ord')).toEqual(['/c/local/groups/orders-reader']);
});
