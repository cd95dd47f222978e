import {
  type BrokerAct,
  type BrokerProcess,
  brokerAct,
  brokerImpact,
  brokerProcess,
  errorBody,
} from '@odradek/contract';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { ManagedCluster } from '../managed-cluster.ts';
import type { ClusterSampler } from '../sampler/cluster-sampler.ts';
import { impactOfLosing } from '../views/impact-view.ts';
import { ConsoleError } from './console-error.ts';
import type { MutationGate } from './mutation-gate.ts';
import type { RoutedClusters } from './routed-clusters.ts';

export interface BrokerRoutesNeeds {
  readonly clusters: RoutedClusters;
  readonly gate: MutationGate;
}

const errors = { '4xx': errorBody, '5xx': errorBody };
const ofBroker = z.object({ cluster: z.string(), broker: z.coerce.number().int() });

/** What losing a broker would mean, and the acts on processes that this Odradek started. */
export function addBrokerRoutes(untyped: FastifyInstance, { clusters, gate }: BrokerRoutesNeeds): void {
  const server = untyped.withTypeProvider<ZodTypeProvider>();

  server.get(
    '/api/clusters/:cluster/brokers/:broker/impact',
    { schema: { params: ofBroker, response: { 200: brokerImpact, ...errors } } },
    ({ params }) => {
      const { state } = clusters.named(params.cluster);
      if (!state.metadata.brokers.has(params.broker)) {
        throw noSuchBroker(params.broker);
      }
      return impactOfLosing(state, params.broker);
    },
  );

  for (const act of brokerAct.options) {
    server.post(
      `/api/clusters/:cluster/brokers/:broker/${act}`,
      { schema: { params: ofBroker, body: z.object({}), response: { 200: brokerProcess, ...errors } } },
      ({ params }) => {
        const sampler = clusters.named(params.cluster);
        const mutation = {
          sampler,
          action: `broker.${act}`,
          target: `broker ${params.broker}`,
          detail: null,
        };
        return gate.pass(mutation, () => carryOut(sampler, act, params.broker));
      },
    );
  }
}

/** Resolves with what the process has become. */
async function carryOut(sampler: ClusterSampler, act: BrokerAct, id: number): Promise<BrokerProcess> {
  const { managed } = sampler;
  if (managed === null) {
    throw new ConsoleError(
      409,
      'NOT_MANAGED',
      `Odradek did not start the brokers of ${sampler.definition.name}, so it cannot ${act} one.`,
    );
  }
  processOf(managed, id);
  try {
    await acts[act](managed, id);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new ConsoleError(409, 'BROKER_ACT_FAILED', message);
  }
  return processOf(managed, id);
}

const acts: Readonly<Record<BrokerAct, (managed: ManagedCluster, id: number) => Promise<unknown>>> = {
  start: (managed, id) => managed.startBroker(id),
  stop: (managed, id) => managed.stopBroker(id),
  restart: (managed, id) => managed.restartBroker(id),
  kill: (managed, id) => managed.killBroker(id),
  pause: (managed, id) => managed.pauseBroker(id),
  resume: (managed, id) => managed.resumeBroker(id),
};

function processOf(managed: ManagedCluster, id: number): BrokerProcess {
  const broker = managed.brokers.find((known) => known.id === id);
  if (broker === undefined) {
    throw noSuchBroker(id);
  }
  return { state: broker.state, pid: broker.pid, reason: broker.reason };
}

function noSuchBroker(id: number): ConsoleError {
  return new ConsoleError(404, 'NOT_FOUND', `This cluster has no broker ${id} at the moment.`);
}
