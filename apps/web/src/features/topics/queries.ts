import {
  type CreateTopicRequest,
  createTopicResponse,
  paths,
  topicConfigs,
  topicDetail,
} from '@odradek/contract';
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { ApiClient } from '../../shared/api-client.ts';
import { useConsole } from '../../shared/console-context.tsx';
import { topicListOptions } from '../../shared/live-lists.ts';

export const topicDetailOptions = (api: ApiClient, cluster: string, topic: string) =>
  queryOptions({
    queryKey: ['cluster', cluster, 'topic', topic],
    queryFn: ({ signal }) => api.get(topicDetail, paths.topic(cluster, topic), { signal }),
  });

export const topicConfigsOptions = (api: ApiClient, cluster: string, topic: string) =>
  queryOptions({
    queryKey: ['cluster', cluster, 'topic', topic, 'configs'],
    queryFn: ({ signal }) => api.get(topicConfigs, paths.topicConfigs(cluster, topic), { signal }),
  });

/** Creates a topic; the list of topics is asked for again when it is there. */
export function useCreateTopic(cluster: string) {
  const { api } = useConsole();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (request: CreateTopicRequest) =>
      api.post(createTopicResponse, paths.topics(cluster), request),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: topicListOptions(api, cluster).queryKey }),
  });
}
