import {
  brokerList,
  clusterList,
  demoStatus,
  groupList,
  overview,
  paths,
  serverInfo,
  topicList,
} from '@odradek/contract';
import { queryOptions } from '@tanstack/react-query';
import type { ApiClient } from './api-client.ts';

/** What the event stream keeps current (`app/live-updates.ts`), and every feature may show. */
export const serverInfoOptions = (api: ApiClient) =>
  queryOptions({
    queryKey: ['server'],
    queryFn: ({ signal }) => api.get(serverInfo, paths.server(), { signal }),
    staleTime: 60_000,
  });

export const clusterListOptions = (api: ApiClient) =>
  queryOptions({
    queryKey: ['clusters'],
    queryFn: ({ signal }) => api.get(clusterList, paths.clusters(), { signal }),
  });

export const overviewOptions = (api: ApiClient, cluster: string) =>
  queryOptions({
    queryKey: ['cluster', cluster, 'overview'],
    queryFn: ({ signal }) => api.get(overview, paths.overview(cluster), { signal }),
  });

export const brokerListOptions = (api: ApiClient, cluster: string) =>
  queryOptions({
    queryKey: ['cluster', cluster, 'brokers'],
    queryFn: ({ signal }) => api.get(brokerList, paths.brokers(cluster), { signal }),
  });

export const topicListOptions = (api: ApiClient, cluster: string) =>
  queryOptions({
    queryKey: ['cluster', cluster, 'topics'],
    queryFn: ({ signal }) => api.get(topicList, paths.topics(cluster), { signal }),
  });

export const groupListOptions = (api: ApiClient, cluster: string) =>
  queryOptions({
    queryKey: ['cluster', cluster, 'groups'],
    queryFn: ({ signal }) => api.get(groupList, paths.groups(cluster), { signal }),
  });

export const demoOptions = (api: ApiClient, cluster: string) =>
  queryOptions({
    queryKey: ['cluster', cluster, 'demo'],
    queryFn: ({ signal }) => api.get(demoStatus, paths.demo(cluster), { signal }),
  });
