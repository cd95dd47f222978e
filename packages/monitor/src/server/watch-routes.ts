import {
  brokerList as brokerListSchema,
  clusterEvents,
  clusterEventsQuery,
  clusterList,
  errorBody,
  groupDetail as groupDetailSchema,
  groupList as groupListSchema,
  lagSeries,
  lagSeriesQuery,
  overview,
  quorum,
  replicaMatrix as replicaMatrixSchema,
  topicDetail as topicDetailSchema,
  topicList as topicListSchema,
} from '@odradek/contract';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { Clock } from '../clock.ts';
import type { ClusterSampler } from '../sampler/cluster-sampler.ts';
import type { EventLog } from '../store/event-log.ts';
import type { LagHistory } from '../store/lag-history.ts';
import { brokerList } from '../views/broker-view.ts';
import { clusterSummary, overviewOf } from '../views/cluster-view.ts';
import { groupDetail, groupList } from '../views/group-view.ts';
import { lagSeriesOf } from '../views/lag-view.ts';
import { quorumOf } from '../views/quorum-view.ts';
import { replicaMatrix } from '../views/replica-view.ts';
import { topicDetail, topicList } from '../views/topic-view.ts';
import { ConsoleError } from './console-error.ts';
import { noSuchTopic, type RoutedClusters } from './routed-clusters.ts';

export interface WatchRoutesNeeds {
  readonly clusters: RoutedClusters;
  readonly history: LagHistory;
  readonly events: EventLog;
  readonly clock: Clock;
}

const errors = { '4xx': errorBody, '5xx': errorBody };
const ofCluster = z.object({ cluster: z.string() });
const ofTopic = ofCluster.extend({ topic: z.string() });
const ofGroup = ofCluster.extend({ group: z.string() });

/** What the last sample showed; none of these asks a cluster. */
export function addWatchRoutes(untyped: FastifyInstance, needs: WatchRoutesNeeds): void {
  const server = untyped.withTypeProvider<ZodTypeProvider>();
  const { clusters } = needs;
  addTopologyRoutes(untyped, needs);

  server.get('/api/clusters', { schema: { response: { 200: clusterList, ...errors } } }, () => ({
    clusters: clusters.all.map(clusterSummary),
  }));

  server.get(
    '/api/clusters/:cluster/overview',
    { schema: { params: ofCluster, response: { 200: overview, ...errors } } },
    ({ params }) => overviewOf(clusters.named(params.cluster)),
  );

  server.get(
    '/api/clusters/:cluster/topics',
    { schema: { params: ofCluster, response: { 200: topicListSchema, ...errors } } },
    ({ params }) => topicList(clusters.named(params.cluster).state),
  );

  server.get(
    '/api/clusters/:cluster/topics/:topic',
    { schema: { params: ofTopic, response: { 200: topicDetailSchema, ...errors } } },
    ({ params }) => {
      const sampler = clusters.named(params.cluster);
      return found(sampler, () => topicDetail(sampler.state, params.topic), noSuchTopic(params.topic));
    },
  );

  server.get(
    '/api/clusters/:cluster/groups',
    { schema: { params: ofCluster, response: { 200: groupListSchema, ...errors } } },
    ({ params }) => groupList(clusters.named(params.cluster)),
  );

  server.get(
    '/api/clusters/:cluster/groups/:group',
    { schema: { params: ofGroup, response: { 200: groupDetailSchema, ...errors } } },
    ({ params }) => {
      const sampler = clusters.named(params.cluster);
      return found(sampler, () => groupDetail(sampler, params.group), noSuchGroup(params.group));
    },
  );

  server.get(
    '/api/clusters/:cluster/groups/:group/lag',
    { schema: { params: ofGroup, querystring: lagSeriesQuery, response: { 200: lagSeries, ...errors } } },
    ({ params, query }) => {
      const { definition, sampleIntervalMs } = clusters.named(params.cluster);
      const { history, clock } = needs;
      const source = { history, cluster: definition.name, sampleIntervalMs, now: clock.now() };
      const { to, rangeMs, stepMs, topic, partition } = query;
      return lagSeriesOf(source, { group: params.group, to, rangeMs, stepMs, topic, partition });
    },
  );
}

function addTopologyRoutes(untyped: FastifyInstance, { clusters, events }: WatchRoutesNeeds): void {
  const server = untyped.withTypeProvider<ZodTypeProvider>();

  server.get(
    '/api/clusters/:cluster/brokers',
    { schema: { params: ofCluster, response: { 200: brokerListSchema, ...errors } } },
    ({ params }) => brokerList(clusters.named(params.cluster)),
  );

  server.get(
    '/api/clusters/:cluster/quorum',
    { schema: { params: ofCluster, response: { 200: quorum, ...errors } } },
    ({ params }) => quorumOf(clusters.named(params.cluster).state),
  );

  server.get(
    '/api/clusters/:cluster/replicas',
    { schema: { params: ofCluster, response: { 200: replicaMatrixSchema, ...errors } } },
    ({ params }) => replicaMatrix(clusters.named(params.cluster).state),
  );

  server.get(
    '/api/clusters/:cluster/events',
    {
      schema: {
        params: ofCluster,
        querystring: clusterEventsQuery,
        response: { 200: clusterEvents, ...errors },
      },
    },
    ({ params, query: { before, limit } }) => {
      const { name } = clusters.named(params.cluster).definition;
      const found = events.newest(name, { before, limit: limit + 1 });
      return { events: found.slice(0, limit), hasMore: found.length > limit };
    },
  );
}

/** What the last sample has of a thing, or a fresh one where it may be younger than that. */
async function found<T>(sampler: ClusterSampler, look: () => T | null, otherwise: ConsoleError): Promise<T> {
  const known = look();
  if (known !== null) return known;
  await sampler.freshSample();
  const fresh = look();
  if (fresh === null) throw otherwise;
  return fresh;
}

function noSuchGroup(group: string): ConsoleError {
  return new ConsoleError(404, 'NOT_FOUND', `No group is called ${group}.`);
}
