import { hostname } from 'node:os';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Commit } from '../burrow/commit-window.ts';
import { groupStatus, type PartitionStatus } from '../burrow/group-status.ts';
import type { JudgedGroup, JudgedPartition } from '../burrow/judge-group.ts';
import type { ClusterSampler } from '../sampler/cluster-sampler.ts';
import { burrowSettings } from '../sampler/cluster-state.ts';
import { send } from './error-replies.ts';
import type { RoutedClusters } from './routed-clusters.ts';

type Named = FastifyRequest<{ Params: { cluster: string; group: string; topic: string } }>;

/**
 * The reading part of Burrow's HTTP API v3 (linkedin/Burrow, httpserver), for the tools that know it: the same
 * paths, fields and statuses. A partition that was never committed is OK here, as it is in Burrow.
 */
export function addBurrowRoutes(server: FastifyInstance, clusters: RoutedClusters): void {
  const cluster = (request: FastifyRequest) => samplerOf(clusters, request as Named);

  server.get('/v3/kafka', (request, reply) =>
    answer(request, reply, 'cluster list returned', {
      clusters: clusters.all.map(({ definition }) => definition.name),
    }),
  );
  server.get('/v3/kafka/:cluster', (request: Named, reply) => {
    const sampler = cluster(request);
    return sampler === null
      ? refuse(request, reply, 'cluster module not found')
      : answer(request, reply, 'cluster module detail returned', { module: moduleOf(sampler) });
  });
  addTopicRoutes(server, cluster);
  addConsumerRoutes(server, cluster);
}

type FindCluster = (request: FastifyRequest) => ClusterSampler | null;

function addTopicRoutes(server: FastifyInstance, cluster: FindCluster): void {
  server.get('/v3/kafka/:cluster/topic', (request: Named, reply) => {
    const sampler = cluster(request);
    return sampler === null
      ? refuse(request, reply, 'cluster not found')
      : answer(request, reply, 'topic list returned', { topics: [...sampler.state.metadata.topics.keys()] });
  });
  server.get('/v3/kafka/:cluster/topic/:topic', (request: Named, reply) => {
    const state = cluster(request)?.state;
    const topic = state?.metadata.topics.get(request.params.topic);
    if (state === undefined || topic === undefined) {
      return refuse(request, reply, 'cluster or topic not found');
    }
    const offsets = topic.partitions
      .map(({ partition }) => state.endOffsets.newest(topic.name, partition))
      .filter((offset) => offset !== null);
    return answer(request, reply, 'topic offsets returned', { offsets });
  });
  server.get('/v3/kafka/:cluster/topic/:topic/consumers', (request: Named, reply) => {
    const sampler = cluster(request);
    if (sampler === null) {
      return refuse(request, reply, 'cluster not found');
    }
    const consumers = knownGroups(sampler)
      .filter(({ partitions }) => partitions.some(({ topic }) => topic === request.params.topic))
      .map(({ group }) => group);
    return answer(request, reply, 'consumers of topic returned', { consumers });
  });
}

function addConsumerRoutes(server: FastifyInstance, cluster: FindCluster): void {
  server.get('/v3/kafka/:cluster/consumer', (request: Named, reply) => {
    const sampler = cluster(request);
    const consumers = sampler === null ? [] : knownGroups(sampler).map(({ group }) => group);
    return sampler === null
      ? refuse(request, reply, 'cluster not found')
      : answer(request, reply, 'consumer list returned', { consumers });
  });
  server.get('/v3/kafka/:cluster/consumer/:group', (request: Named, reply) => {
    const sampler = cluster(request);
    const judged = sampler === null ? undefined : knownGroup(sampler, request.params.group);
    return sampler === null || judged === undefined
      ? refuse(request, reply, 'cluster or consumer not found')
      : answer(request, reply, 'consumer detail returned', { topics: topicsOf(sampler, judged) });
  });
  for (const [path, isShown] of [
    ['status', ({ status }: BurrowPartition) => status !== 'OK'],
    ['lag', () => true],
  ] as const) {
    server.get(`/v3/kafka/:cluster/consumer/:group/${path}`, (request: Named, reply) => {
      const { cluster: name, group } = request.params;
      const sampler = cluster(request);
      const judged = sampler === null ? undefined : knownGroup(sampler, group);
      // Clients of Burrow tell an unknown group by this: 404, but no error.
      const status =
        sampler === null || judged === undefined ? notFound(name, group) : statusOf(sampler, judged, isShown);
      reply.code(judged === undefined ? 404 : 200);
      return answer(request, reply, 'consumer status returned', { status });
    });
  }
}

interface BurrowPartition {
  readonly topic: string;
  readonly partition: number;
  readonly owner: string;
  readonly client_id: string;
  readonly status: string;
  readonly start: BurrowOffset | null;
  readonly end: BurrowOffset | null;
  readonly current_lag: number;
  readonly complete: number;
}

type BurrowOffset = Pick<Commit, 'offset' | 'timestamp' | 'observedAt' | 'lag'>;

function statusOf(
  { definition, state }: ClusterSampler,
  judged: JudgedGroup,
  isShown: (partition: BurrowPartition) => boolean,
) {
  const partitions = judged.partitions.map((partition) => {
    const commits = partition.judged?.commits ?? [];
    return {
      topic: partition.topic,
      partition: partition.partition,
      ...ownerOf(state, judged.group, partition),
      status: partition.judged?.verdict ?? ('OK' as const),
      start: offsetOf(commits[0]),
      end: offsetOf(commits.at(-1)),
      current_lag: partition.lag ?? 0,
      complete: partition.judged?.complete ?? 0,
    };
  });
  const { verdict, complete, totalLag, maxLag } = groupStatus(
    partitions.map((partition): PartitionStatus & { shown: BurrowPartition } => ({
      topic: partition.topic,
      partition: partition.partition,
      verdict: partition.status,
      currentLag: partition.current_lag,
      complete: partition.complete,
      shown: partition,
    })),
  );
  return {
    cluster: definition.name,
    group: judged.group,
    status: verdict,
    complete,
    partitions: partitions.filter(isShown),
    partition_count: partitions.length,
    maxlag: maxLag?.shown ?? null,
    totallag: totalLag,
  };
}

function notFound(cluster: string, group: string) {
  const status = { cluster, group, status: 'NOTFOUND', complete: 1, partitions: [] };
  return { ...status, partition_count: 0, maxlag: null, totallag: 0 };
}

function topicsOf({ state }: ClusterSampler, judged: JudgedGroup) {
  const topics = Map.groupBy(judged.partitions, ({ topic }) => topic);
  return Object.fromEntries(
    [...topics].map(([topic, partitions]) => [
      topic,
      partitions.map((partition) => {
        const commits = (partition.judged?.commits ?? []).map(offsetOf);
        const empty = Array.from({ length: burrowSettings.intervals - commits.length }, () => null);
        return {
          offsets: [...empty, ...commits],
          ...ownerOf(state, judged.group, partition),
          'current-lag': partition.lag ?? 0,
        };
      }),
    ]),
  );
}

function ownerOf(
  { descriptions }: ClusterSampler['state'],
  group: string,
  { topic, partition }: JudgedPartition,
): { owner: string; client_id: string } {
  const member = descriptions
    .get(group)
    ?.members.find(({ assignment }) =>
      assignment.some((assigned) => assigned.topic === topic && assigned.partitions.includes(partition)),
    );
  return { owner: member?.host ?? '', client_id: member?.clientId ?? '' };
}

function offsetOf(commit: Commit | undefined): BurrowOffset | null {
  if (commit === undefined) {
    return null;
  }
  const { offset, timestamp, observedAt, lag } = commit;
  return { offset, timestamp, observedAt, lag };
}

/** Burrow knows a group by its commits, and forgets it when they are too old. */
function knownGroups({ state }: ClusterSampler): JudgedGroup[] {
  return [...state.judgedGroups.values()].filter(isKnown);
}

function knownGroup({ state }: ClusterSampler, group: string): JudgedGroup | undefined {
  const judged = state.judgedGroups.get(group);
  return judged !== undefined && isKnown(judged) ? judged : undefined;
}

function isKnown({ lastCommitAt, at }: JudgedGroup): boolean {
  const expiry = (Math.floor(at / 1000) - burrowSettings.expireGroupMs / 1000) * 1000;
  return lastCommitAt !== null && lastCommitAt >= expiry;
}

function moduleOf({ definition, sampleIntervalMs }: ClusterSampler) {
  const seconds = Math.max(1, Math.round(sampleIntervalMs / 1000));
  return {
    'class-name': 'kafka',
    servers: definition.bootstrap,
    'client-profile': {
      name: definition.name,
      'client-id': 'odradek-console',
      'kafka-version': '',
      tls: null,
      sasl: null,
    },
    'topic-refresh': seconds,
    'offset-refresh': seconds,
  };
}

function samplerOf(clusters: RoutedClusters, request: Named): ClusterSampler | null {
  return clusters.all.find(({ definition }) => definition.name === request.params.cluster) ?? null;
}

function answer(request: FastifyRequest, reply: FastifyReply, message: string, body: object) {
  return send(reply, reply.statusCode, { error: false, message, ...body, request: echo(request) });
}

function refuse(request: FastifyRequest, reply: FastifyReply, message: string) {
  return send(reply, 404, { error: true, message, request: echo(request) });
}

function echo(request: FastifyRequest): { url: string; host: string } {
  return { url: request.url.split('?')[0] ?? '', host: hostname() };
}
