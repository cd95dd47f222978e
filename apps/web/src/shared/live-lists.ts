import {
  brokerList,
  type ClusterEvents,
  clusterEvents,
  clusterList,
  demoStatus,
  groupList,
  overview,
  paths,
  quorum,
  replicaMatrix,
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

export const quorumOptions = (api: ApiClient, cluster: string) =>
  queryOptions({
    queryKey: ['cluster', cluster, 'quorum'],
    queryFn: ({ signal }) => api.get(quorum, paths.quorum(cluster), { signal }),
  });

export const replicaMatrixOptions = (api: ApiClient, cluster: string) =>
  queryOptions({
    queryKey: ['cluster', cluster, 'replicas'],
    queryFn: ({ signal }) => api.get(replicaMatrix, paths.replicas(cluster), { signal }),
  });

/** How many events a feed begins with; older ones are asked for page by page. */
export const EVENTS_PER_PAGE = 50;

export const clusterEventsOptions = (api: ApiClient, cluster: string) => {
  const queryKey = ['cluster', cluster, 'events'];
  return queryOptions({
    queryKey,
    queryFn: async ({ client, signal }) => {
      const query = { limit: EVENTS_PER_PAGE };
      const asked = await api.get(clusterEvents, paths.clusterEvents(cluster), { query, signal });
      // What was pushed while this answer was on its way is newer than it.
      const held = client.getQueryData<ClusterEvents>(queryKey)?.events ?? [];
      const newest = asked.events[0]?.id ?? 0;
      return { ...asked, events: [...held.filter(({ id }) => id > newest), ...asked.events] };
    },
  });
};

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
