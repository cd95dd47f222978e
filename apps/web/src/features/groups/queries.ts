import { groupDetail, lagSeries, paths } from '@odradek/contract';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { ApiClient } from '../../shared/api-client.ts';

export const groupDetailOptions = (api: ApiClient, cluster: string, group: string) =>
  queryOptions({
    queryKey: ['cluster', cluster, 'group', group],
    queryFn: ({ signal }) => api.get(groupDetail, paths.group(cluster, group), { signal }),
  });

/** Every series of one group, whatever its range. */
export const lagSeriesKey = (cluster: string, group: string) => ['cluster', cluster, 'lag', group] as const;

export interface LagSeriesChoice {
  group: string;
  rangeMs: number;
  /** Undefined: the sum over the group. */
  partition?: { topic: string; partition: number } | undefined;
}

export const lagSeriesOptions = (
  api: ApiClient,
  cluster: string,
  { group, rangeMs, partition }: LagSeriesChoice,
) =>
  queryOptions({
    queryKey: [...lagSeriesKey(cluster, group), rangeMs, partition?.topic, partition?.partition],
    queryFn: ({ signal }) =>
      api.get(lagSeries, paths.groupLag(cluster, group), { query: { rangeMs, ...partition }, signal }),
    placeholderData: keepPreviousData,
  });
