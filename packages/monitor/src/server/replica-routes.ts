import {
  cancelReassignmentRequest,
  errorBody,
  preferredElectionOutcome,
  preferredElectionRequest,
  reassignmentGoal,
  reassignmentOutcome,
  reassignmentPlan,
  reassignmentStatus,
  startReassignmentRequest,
  type TopicPartition,
  throttleRequest,
} from '@odradek/contract';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { electPreferredLeaders } from '../cluster-client/elect-leaders.ts';
import { readLogDirectories } from '../cluster-client/read-log-directories.ts';
import { planReassignment } from '../reassignment/plan-reassignment.ts';
import { ConsoleError } from './console-error.ts';
import type { MutationGate } from './mutation-gate.ts';
import type { ReassignmentDesk } from './reassignment-desk.ts';
import type { RoutedClusters } from './routed-clusters.ts';

export interface ReplicaRoutesNeeds {
  readonly clusters: RoutedClusters;
  readonly desk: ReassignmentDesk;
  readonly gate: MutationGate;
}

const errors = { '4xx': errorBody, '5xx': errorBody };
const ofCluster = z.object({ cluster: z.string() });

/** Who leads and who replicates: elections and reassignments. */
export function addReplicaRoutes(untyped: FastifyInstance, needs: ReplicaRoutesNeeds): void {
  const server = untyped.withTypeProvider<ZodTypeProvider>();
  const { clusters, desk, gate } = needs;

  server.post(
    '/api/clusters/:cluster/elections',
    {
      schema: {
        params: ofCluster,
        body: preferredElectionRequest,
        response: { 200: preferredElectionOutcome, ...errors },
      },
    },
    ({ params, body }) => {
      const sampler = clusters.named(params.cluster);
      const target = targetOf(body.partitions);
      const mutation = { sampler, action: 'leader.elect', target, detail: JSON.stringify(body.partitions) };
      return gate.pass(mutation, async () => {
        const { requests } = await sampler.connection();
        const outcome = await electPreferredLeaders(requests, body.partitions);
        await sampler.freshTopology();
        return outcome;
      });
    },
  );

  server.get(
    '/api/clusters/:cluster/reassignments',
    { schema: { params: ofCluster, response: { 200: reassignmentStatus, ...errors } } },
    ({ params }) => desk.of(clusters.named(params.cluster)).status(),
  );

  server.post(
    '/api/clusters/:cluster/reassignments/plan',
    { schema: { params: ofCluster, body: reassignmentGoal, response: { 200: reassignmentPlan, ...errors } } },
    async ({ params, body }) => {
      const sampler = clusters.named(params.cluster);
      const { requests } = await sampler.connection();
      const { metadata } = sampler.state;
      // Sizes are sampled rarely; a plan promises amounts.
      const { leaders } = await readLogDirectories(requests, metadata);
      const outcome = planReassignment(metadata, body, leaders);
      if (outcome.kind === 'refused') {
        throw new ConsoleError(422, 'INVALID_REQUEST', outcome.reason, outcome.field);
      }
      return outcome.plan;
    },
  );

  addMovingRoutes(untyped, needs);
}

function addMovingRoutes(untyped: FastifyInstance, { clusters, desk, gate }: ReplicaRoutesNeeds): void {
  const server = untyped.withTypeProvider<ZodTypeProvider>();
  const outcome = { params: ofCluster, response: { 200: reassignmentOutcome, ...errors } };

  server.post(
    '/api/clusters/:cluster/reassignments',
    { schema: { ...outcome, body: startReassignmentRequest } },
    ({ params, body }) => {
      const sampler = clusters.named(params.cluster);
      const { partitions, throttleBytesPerSecond } = body;
      const target = targetOf(partitions);
      const mutation = { sampler, action: 'reassignment.start', target, detail: JSON.stringify(body) };
      return gate.pass(mutation, () => desk.of(sampler).start(partitions, throttleBytesPerSecond));
    },
  );

  server.post(
    '/api/clusters/:cluster/reassignments/cancel',
    { schema: { ...outcome, body: cancelReassignmentRequest } },
    ({ params, body: { partitions } }) => {
      const sampler = clusters.named(params.cluster);
      const target = targetOf(partitions);
      const mutation = { sampler, action: 'reassignment.cancel', target, detail: JSON.stringify(partitions) };
      return gate.pass(mutation, () => desk.of(sampler).cancel(partitions));
    },
  );

  server.post(
    '/api/clusters/:cluster/reassignments/throttle',
    {
      schema: { params: ofCluster, body: throttleRequest, response: { 200: reassignmentStatus, ...errors } },
    },
    ({ params, body: { bytesPerSecond } }) => {
      const sampler = clusters.named(params.cluster);
      const action = bytesPerSecond === null ? 'throttle.remove' : 'throttle.set';
      const mutation = { sampler, action, target: 'replication', detail: String(bytesPerSecond) };
      return gate.pass(mutation, () => desk.of(sampler).setThrottle(bytesPerSecond));
    },
  );
}

/** What the audit log calls some partitions. */
function targetOf(partitions: readonly TopicPartition[] | null): string {
  const [first, ...others] = partitions ?? [];
  if (first === undefined) {
    return 'all partitions';
  }
  const name = `${first.topic}-${first.partition}`;
  return others.length === 0 ? name : `${name} and ${others.length} more`;
}
