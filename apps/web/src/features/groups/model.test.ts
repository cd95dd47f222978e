import { verdictRule } from '@odradek/contract';
import { expect, it } from 'vitest';
import { aGroup, aStalledGroup } from '../../../test/cluster-answers.ts';
import { filterGroups, partitionInFocus, ruleSteps } from './model.ts';

const groups = [
  aGroup({ group: 'billing-eu', topics: ['orders'], verdict: 'OK' }),
  aGroup({ group: 'shipping', topics: ['orders', 'parcels'], verdict: 'ERR' }),
];
const named = (filter: Parameters<typeof filterGroups>[1]) =>
  filterGroups(groups, filter).map(({ group }) => group);

it('every word must occur in the name of the group or of a topic', () => {
  expect(named({ filter: 'orders' })).toEqual(['billing-eu', 'shipping']);
  expect(named({ filter: ' Ship PARCEL ' })).toEqual(['shipping']);
  expect(named({ filter: 'billing parcels' })).toEqual([]);
});

it('a verdict lets through only its groups', () => {
  expect(named({ verdict: 'ERR' })).toEqual(['shipping']);
});

it('the partition that is explained is the worst, unless another is chosen', () => {
  const group = aStalledGroup();
  expect(partitionInFocus(group, undefined)?.partition).toBe(0);
  expect(partitionInFocus(group, 'orders:1')?.partition).toBe(1);
  expect(partitionInFocus(group, 'orders:9')).toBeUndefined();
});

it('every rule the server may name has its words', () => {
  expect(ruleSteps.map(({ rule }) => rule).sort()).toEqual([...verdictRule.options].sort());
});
