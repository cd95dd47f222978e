import type { ServerEvent } from '@odradek/contract';
import { QueryClient } from '@tanstack/react-query';
import { beforeEach, describe, expect, it } from 'vitest';
import { aCluster, aGroup, anOverview, aTopic, sampledAt } from '../../test/cluster-answers.ts';
import { lagSeriesOptions } from '../features/groups/queries.ts';
import { createApiClient } from '../shared/api-client.ts';
import {
  clusterListOptions,
  groupListOptions,
  overviewOptions,
  topicListOptions,
} from '../shared/live-lists.ts';
import { createTokenStore } from '../shared/token.ts';
import { applyServerEvent } from './live-updates.ts';

const tokens = createTokenStore({
  storage: localStorage,
  location: window.location,
  history: window.history,
});
const api = createApiClient(tokens, () => Promise.reject(new Error('nothing is asked for here')));
let cache: QueryClient;
const push = (event: ServerEvent) => applyServerEvent(cache, api, event);

beforeEach(() => {
  cache = new QueryClient();
});

describe('a pushed event', () => {
  it('replaces the changed groups, drops the removed, keeps the rest', () => {
    const { queryKey } = groupListOptions(api, 'local');
    const groups = ['kept', 'changed', 'removed'].map((group) => aGroup({ group, totalLag: 1 }));
    cache.setQueryData(queryKey, { groups, checkedAt: 1 });
    const changed = [aGroup({ group: 'changed', totalLag: 9 }), aGroup({ group: 'new', totalLag: 3 })];
    push({ type: 'groups', cluster: 'local', changed, removed: ['removed'], checkedAt: sampledAt });
    const held = cache.getQueryData(queryKey);
    expect(held?.groups.map(({ group, totalLag }) => [group, totalLag])).toEqual([
      ['kept', 1],
      ['changed', 9],
      ['new', 3],
    ]);
    expect(held?.checkedAt).toBe(sampledAt);
  });

  it('leaves a list alone that was never loaded, and the lists of other clusters', () => {
    const other = topicListOptions(api, 'other').queryKey;
    cache.setQueryData(other, { topics: [], checkedAt: 1 });
    push({ type: 'topics', cluster: 'local', changed: [aTopic()], removed: [], checkedAt: sampledAt });
    expect(cache.getQueryData(topicListOptions(api, 'local').queryKey)).toBeUndefined();
    expect(cache.getQueryData(other)).toEqual({ topics: [], checkedAt: 1 });
  });

  it('of an overview also renews the cluster in the list of clusters', () => {
    const { queryKey } = clusterListOptions(api);
    cache.setQueryData(queryKey, { clusters: [aCluster(), aCluster({ name: 'other' })] });
    const overview = anOverview({ cluster: aCluster({ groupsInError: 4 }) });
    push({ type: 'overview', cluster: 'local', overview });
    expect(cache.getQueryData(overviewOptions(api, 'local').queryKey)).toEqual(overview);
    expect(cache.getQueryData(queryKey)?.clusters.map(({ groupsInError }) => groupsInError)).toEqual([4, 0]);
  });

  it('of a tick is appended to the series of its group, whatever their range', () => {
    const keys = [300_000, 900_000].map(
      (rangeMs) => lagSeriesOptions(api, 'local', { group: 'billing', rangeMs }).queryKey,
    );
    const empty = {
      group: 'billing',
      topic: null,
      partition: null,
      from: 0,
      to: 1,
      stepMs: 1000,
      points: [],
    };
    for (const key of keys) cache.setQueryData(key, empty);
    const groups = [{ group: 'billing', totalLag: 7, committed: 3, end: 10 }];
    push({ type: 'lag', cluster: 'local', at: sampledAt, groups });
    for (const key of keys) {
      expect(cache.getQueryData<typeof empty>(key)?.points).toMatchObject([{ at: sampledAt, lag: 7 }]);
    }
  });

  it('of a new stream makes everything that is held out of date', () => {
    const { queryKey } = clusterListOptions(api);
    cache.setQueryData(queryKey, { clusters: [] });
    push({ type: 'hello', streamId: 'a', at: sampledAt });
    expect(cache.getQueryState(queryKey)?.isInvalidated).toBe(true);
  });
});
