import { type AbortRequest, abortOutcome, paths, transactionList } from '@odradek/contract';
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { ApiClient } from '../../shared/api-client.ts';
import { useConsole } from '../../shared/console-context.tsx';

export const transactionListOptions = (api: ApiClient, cluster: string) =>
  queryOptions({
    queryKey: ['cluster', cluster, 'transactions'],
    queryFn: ({ signal }) => api.get(transactionList, paths.transactions(cluster), { signal }),
  });

/** Ends a transaction; the list is asked for anew, also when it could not be ended. */
export function useAbort(cluster: string) {
  const { api } = useConsole();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (request: AbortRequest) => api.post(abortOutcome, paths.abortTransaction(cluster), request),
    onSettled: () =>
      queryClient.invalidateQueries({ queryKey: transactionListOptions(api, cluster).queryKey }),
  });
}
