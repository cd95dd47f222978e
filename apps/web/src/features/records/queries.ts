import { type ProduceRecordRequest, paths, peekResponse, produceRecordResponse } from '@odradek/contract';
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { ApiClient } from '../../shared/api-client.ts';
import { useConsole } from '../../shared/console-context.tsx';
import type { PeekRequest } from './peek-choice.ts';

const recordsKey = (cluster: string, topic: string) => ['cluster', cluster, 'records', topic] as const;

/** A peek is read once; the page reads again only when asked to. Null: nothing to read yet. */
export const peekOptions = (api: ApiClient, cluster: string, topic: string, peek: PeekRequest | null) =>
  queryOptions({
    queryKey: [...recordsKey(cluster, topic), peek],
    queryFn: ({ signal }) =>
      api.get(peekResponse, paths.records(cluster, topic), { query: { ...peek }, signal }),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    enabled: peek !== null,
  });

/** Writes one record; what was read of the topic is read again. */
export function useProduceRecord(cluster: string, topic: string) {
  const { api } = useConsole();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (record: ProduceRecordRequest) =>
      api.post(produceRecordResponse, paths.records(cluster, topic), record),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: recordsKey(cluster, topic) }),
  });
}
