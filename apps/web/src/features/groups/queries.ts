import {
  groupDetail,
  groupTimeline,
  lagSeries,
  lastReset,
  paths,
  type ResetGoalRequest,
  type ResetRequest,
  resetOutcome,
  resetPlan,
  type UndoRequest,
} from '@odradek/contract';
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { ApiClient } from '../../shared/api-client.ts';
import { useConsole } from '../../shared/console-context.tsx';

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

export const rebalancesOptions = (api: ApiClient, cluster: string, group: string) =>
  queryOptions({
    queryKey: ['cluster', cluster, 'rebalances', group],
    queryFn: ({ signal }) => api.get(groupTimeline, paths.rebalances(cluster, group), { signal }),
  });

export const lastResetOptions = (api: ApiClient, cluster: string, group: string) =>
  queryOptions({
    queryKey: ['cluster', cluster, 'offset-reset', group],
    queryFn: ({ signal }) => api.get(lastReset, paths.offsetReset(cluster, group), { signal }),
  });

/** Asks where a reset would put the group; changes nothing. */
export function useResetPlan(cluster: string, group: string) {
  const { api } = useConsole();
  return useMutation({
    mutationFn: (goal: ResetGoalRequest) => api.post(resetPlan, paths.offsetPlan(cluster, group), goal),
  });
}

/** Sets the offsets of a plan; what the page shows of the group is asked for anew. */
export function useReset(cluster: string, group: string) {
  const { api } = useConsole();
  const onSuccess = useOffsetsRefresh(cluster, group);
  return useMutation({
    mutationFn: (request: ResetRequest) => api.post(resetOutcome, paths.offsetReset(cluster, group), request),
    onSuccess,
  });
}

/** Puts back what was there before the last reset. */
export function useUndo(cluster: string, group: string) {
  const { api } = useConsole();
  const onSuccess = useOffsetsRefresh(cluster, group);
  return useMutation({
    mutationFn: (request: UndoRequest) => api.post(resetOutcome, paths.offsetUndo(cluster, group), request),
    onSuccess,
  });
}

function useOffsetsRefresh(cluster: string, group: string): () => Promise<void> {
  const { api } = useConsole();
  const queryClient = useQueryClient();
  return async () => {
    await Promise.all([
      queryClient.invalidateQueries({ queryKey: lastResetOptions(api, cluster, group).queryKey }),
      queryClient.invalidateQueries({ queryKey: groupDetailOptions(api, cluster, group).queryKey }),
    ]);
  };
}
