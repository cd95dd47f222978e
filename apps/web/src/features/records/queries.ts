import {
  type ProduceRecordRequest,
  paths,
  peekResponse,
  produceRecordResponse,
  type TopicRecord,
} from '@odradek/contract';
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

const wholeContentBytes = 16 * 1024 * 1024;

/** Reads one record again, whole this time; null when the log does not hold it any more. */
export function useWholeRecord(cluster: string, topic: string) {
  const { api } = useConsole();
  return useMutation({
    mutationFn: async ({ partition, offset }: Pick<TopicRecord, 'partition' | 'offset'>) => {
      const query = { start: 'offset', offset, partition, limit: 1, contentBytes: wholeContentBytes };
      const { records } = await api.get(peekResponse, paths.records(cluster, topic), { query });
      return records.find((record) => record.offset === offset) ?? null;
    },
  });
}

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
