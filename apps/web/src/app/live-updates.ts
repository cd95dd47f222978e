import {
  type ClusterEvent,
  type ClusterEvents,
  type ClusterList,
  type Overview,
  paths,
  type ServerEvent,
  serverEvent,
} from '@odradek/contract';
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { appendLagSample } from '../features/groups/lag-series.ts';
import { lagSeriesKey } from '../features/groups/queries.ts';
import { patchedMatrix } from '../features/replicas/patched-matrix.ts';
import type { ApiClient } from '../shared/api-client.ts';
import { useConsole } from '../shared/console-context.tsx';
import { framesOf } from '../shared/event-stream.ts';
import {
  brokerListOptions,
  clusterEventsOptions,
  clusterListOptions,
  demoOptions,
  groupListOptions,
  overviewOptions,
  quorumOptions,
  replicaMatrixOptions,
  topicListOptions,
} from '../shared/live-lists.ts';
import { useRefresh } from '../shared/refresh.tsx';

/** While values are wanted live, writes what the server pushes into the query cache, and reconnects by itself. */
export function useLiveUpdates(): void {
  const { api, tokens } = useConsole();
  const { choice, setStream } = useRefresh();
  const queryClient = useQueryClient();
  useEffect(() => {
    if (choice !== 'live') return;
    const stop = new AbortController();
    const follow = async () => {
      let attempts = 0;
      while (!stop.signal.aborted) {
        try {
          for await (const event of serverEvents(api, stop.signal)) {
            attempts = 0;
            setStream('connected');
            applyServerEvent(queryClient, api, event);
          }
        } catch {
          // A broken stream is a state of the page (stale values, polling), told by `setStream`.
        }
        setStream('connecting');
        attempts += 1;
        await pause(Math.min(5000, 500 * attempts), stop.signal);
        if (tokens.refusal()) await untilTold(tokens.subscribe, stop.signal);
      }
    };
    void follow();
    return () => stop.abort();
  }, [api, tokens, choice, setStream, queryClient]);
}

/** The server says something at least every 15 s. */
const silenceMs = 40_000;

async function* serverEvents(api: ApiClient, signal: AbortSignal): AsyncGenerator<ServerEvent> {
  const stream = await api.open(paths.events(), signal);
  for await (const { data } of framesOf(stream, silenceMs)) {
    const event = serverEvent.safeParse(JSON.parse(data));
    if (event.success) yield event.data;
  }
}

/** Puts one pushed event in place of what the cache holds; lists that were never loaded stay unloaded. */
export function applyServerEvent(queryClient: QueryClient, api: ApiClient, event: ServerEvent): void {
  switch (event.type) {
    case 'hello':
      // Whatever was pushed while the stream was broken is not repeated.
      void queryClient.invalidateQueries();
      return;
    case 'cluster':
      queryClient.setQueryData(clusterListOptions(api).queryKey, (held) => withCluster(held, event.summary));
      return;
    case 'overview':
      queryClient.setQueryData(overviewOptions(api, event.cluster).queryKey, event.overview);
      queryClient.setQueryData(clusterListOptions(api).queryKey, (held) =>
        withCluster(held, event.overview.cluster),
      );
      return;
    case 'brokers':
      queryClient.setQueryData(brokerListOptions(api, event.cluster).queryKey, event.brokers);
      return;
    case 'quorum':
      queryClient.setQueryData(quorumOptions(api, event.cluster).queryKey, event.quorum);
      return;
    case 'replicas':
      applyMatrixPatch(queryClient, replicaMatrixOptions(api, event.cluster).queryKey, event);
      return;
    case 'events':
      queryClient.setQueryData(
        clusterEventsOptions(api, event.cluster).queryKey,
        (held) => held && withNewEvents(held, event.events),
      );
      return;
    case 'topics':
      queryClient.setQueryData(
        topicListOptions(api, event.cluster).queryKey,
        (held) =>
          held && { topics: patched(held.topics, event, ({ name }) => name), checkedAt: event.checkedAt },
      );
      return;
    case 'groups':
      queryClient.setQueryData(
        groupListOptions(api, event.cluster).queryKey,
        (held) =>
          held && { groups: patched(held.groups, event, ({ group }) => group), checkedAt: event.checkedAt },
      );
      return;
    case 'lag':
      for (const sample of event.groups) {
        queryClient.setQueriesData<Parameters<typeof appendLagSample>[0]>(
          { queryKey: lagSeriesKey(event.cluster, sample.group) },
          (held) => held && appendLagSample(held, { ...sample, at: event.at }),
        );
      }
      return;
    case 'demo':
      queryClient.setQueryData(demoOptions(api, event.cluster).queryKey, event.status);
      return;
    default:
      event satisfies never;
  }
}

/** A patch of another version than the one held came too early or too late: all of it is asked for again. */
function applyMatrixPatch(
  queryClient: QueryClient,
  queryKey: ReturnType<typeof replicaMatrixOptions>['queryKey'],
  patch: Extract<ServerEvent, { type: 'replicas' }>,
): void {
  const held = queryClient.getQueryData(queryKey);
  if (held === undefined || held.version >= patch.to) return;
  if (held.version === patch.from) queryClient.setQueryData(queryKey, patchedMatrix(held, patch));
  else void queryClient.invalidateQueries({ queryKey });
}

/** As many as a feed keeps in sight; older ones are asked for. */
const feedMax = 500;

function withNewEvents(held: ClusterEvents, happened: readonly ClusterEvent[]): ClusterEvents {
  const newest = held.events[0]?.id ?? 0;
  const fresh = happened.filter(({ id }) => id > newest).reverse();
  const events = [...fresh, ...held.events];
  return { events: events.slice(0, feedMax), hasMore: held.hasMore || events.length > feedMax };
}

function withCluster(held: ClusterList | undefined, summary: Overview['cluster']): ClusterList | undefined {
  return (
    held && { clusters: held.clusters.map((cluster) => (cluster.name === summary.name ? summary : cluster)) }
  );
}

function patched<Item>(
  held: readonly Item[],
  { changed, removed }: { changed: readonly Item[]; removed: readonly string[] },
  keyOf: (item: Item) => string,
): Item[] {
  const byKey = new Map(held.map((item) => [keyOf(item), item]));
  for (const key of removed) byKey.delete(key);
  for (const item of changed) byKey.set(keyOf(item), item);
  return [...byKey.values()];
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return untilTold((done) => {
    const timer = setTimeout(done, ms);
    return () => clearTimeout(timer);
  }, signal);
}

function untilTold(subscribe: (listener: () => void) => () => void, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      unsubscribe();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const unsubscribe = subscribe(done);
    signal.addEventListener('abort', done);
  });
}
