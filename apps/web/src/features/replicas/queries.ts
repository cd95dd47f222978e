import {
  type CancelReassignmentRequest,
  type PreferredElectionRequest,
  paths,
  preferredElectionOutcome,
  type ReassignmentGoalRequest,
  reassignmentOutcome,
  reassignmentPlan,
  reassignmentStatus,
  type StartReassignmentRequest,
  type ThrottleRequest,
} from '@odradek/contract';
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { ApiClient } from '../../shared/api-client.ts';
import { useConsole } from '../../shared/console-context.tsx';

export const reassignmentStatusOptions = (api: ApiClient, cluster: string) =>
  queryOptions({
    queryKey: ['cluster', cluster, 'reassignments'],
    queryFn: ({ signal }) => api.get(reassignmentStatus, paths.reassignments(cluster), { signal }),
  });

/** Makes preferred replicas leaders. What became of each partition is in the answer. */
export function usePreferredElection(cluster: string) {
  const { api } = useConsole();
  return useMutation({
    mutationFn: (request: PreferredElectionRequest) =>
      api.post(preferredElectionOutcome, paths.elections(cluster), request),
  });
}

/** Asks what a goal would take; changes nothing. */
export function useReassignmentPlan(cluster: string) {
  const { api } = useConsole();
  return useMutation({
    mutationFn: (goal: ReassignmentGoalRequest) =>
      api.post(reassignmentPlan, paths.reassignmentPlan(cluster), goal),
  });
}

/** Begins to move replicas; the progress is asked for again when it has begun. */
export function useStartReassignment(cluster: string) {
  const { api } = useConsole();
  const onSuccess = useStatusRefresh(cluster);
  return useMutation({
    mutationFn: (request: StartReassignmentRequest) =>
      api.post(reassignmentOutcome, paths.reassignments(cluster), request),
    onSuccess,
  });
}

export function useCancelReassignment(cluster: string) {
  const { api } = useConsole();
  const onSuccess = useStatusRefresh(cluster);
  return useMutation({
    mutationFn: (request: CancelReassignmentRequest) =>
      api.post(reassignmentOutcome, paths.cancelReassignments(cluster), request),
    onSuccess,
  });
}

export function useReplicationThrottle(cluster: string) {
  const { api } = useConsole();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (request: ThrottleRequest) =>
      api.post(reassignmentStatus, paths.replicationThrottle(cluster), request),
    onSuccess: (status) => queryClient.setQueryData(reassignmentStatusOptions(api, cluster).queryKey, status),
  });
}

function useStatusRefresh(cluster: string): () => Promise<void> {
  const { api } = useConsole();
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries({ queryKey: reassignmentStatusOptions(api, cluster).queryKey });
}
