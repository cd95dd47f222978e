import type { ServerInfo } from '@odradek/contract';
import { demoStatus, errorBody, serverInfo } from '@odradek/contract';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { Demos } from '../demo/demos.ts';
import type { ClusterSampler } from '../sampler/cluster-sampler.ts';
import { ConsoleError } from './console-error.ts';
import type { EventStreams } from './event-streams.ts';
import type { MutationGate } from './mutation-gate.ts';
import type { RoutedClusters } from './routed-clusters.ts';

export interface ServerRoutesNeeds {
  readonly info: () => ServerInfo;
  readonly streams: EventStreams;
  readonly clusters: RoutedClusters;
  readonly demos: Demos;
  readonly gate: MutationGate;
}

const errors = { '4xx': errorBody, '5xx': errorBody };
const ofCluster = z.object({ cluster: z.string() });

/** The server itself, its event stream, and the demo. */
export function addServerRoutes(untyped: FastifyInstance, needs: ServerRoutesNeeds): void {
  const server = untyped.withTypeProvider<ZodTypeProvider>();
  const { info, streams, clusters, demos, gate } = needs;
  const demoSchema = { params: ofCluster, response: { 200: demoStatus, ...errors } };
  const nothing = z.object({});

  server.get('/api/server', { schema: { response: { 200: serverInfo, ...errors } } }, () => info());

  server.get('/api/events', { schema: { response: errors } }, (_request, reply) => {
    reply.hijack();
    streams.open(reply.raw, reply.getHeaders());
  });

  server.get('/api/clusters/:cluster/demo', { schema: demoSchema }, ({ params }) =>
    demos.status(clusters.named(params.cluster)),
  );

  server.post(
    '/api/clusters/:cluster/demo/start',
    { schema: { ...demoSchema, body: nothing } },
    ({ params }) => {
      const sampler = managed(clusters.named(params.cluster));
      return gate.pass({ sampler, action: 'demo.start', target: 'demo', detail: null }, () =>
        demos.start(sampler),
      );
    },
  );

  server.post(
    '/api/clusters/:cluster/demo/stop',
    { schema: { ...demoSchema, body: nothing } },
    ({ params }) => {
      const sampler = managed(clusters.named(params.cluster));
      return gate.pass({ sampler, action: 'demo.stop', target: 'demo', detail: null }, () =>
        demos.stop(sampler),
      );
    },
  );
}

/** Sample life belongs in a cluster that was made for trying things out. */
function managed(sampler: ClusterSampler): ClusterSampler {
  if (sampler.definition.managed !== true) {
    throw new ConsoleError(
      403,
      'NOT_MANAGED',
      `The demo runs only on a cluster that Odradek started; ${sampler.definition.name} is not one.`,
    );
  }
  return sampler;
}
