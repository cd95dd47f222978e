import {
  errorBody,
  groupTimeline,
  lastReset,
  resetGoal,
  resetOutcome,
  resetPlan,
  resetRequest,
  undoRequest,
} from '@odradek/contract';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { timelineOf } from '../views/timeline-view.ts';
import type { MutationGate } from './mutation-gate.ts';
import type { OffsetResetDesk } from './offset-reset-desk.ts';
import type { RoutedClusters } from './routed-clusters.ts';

export interface GroupRoutesNeeds {
  readonly clusters: RoutedClusters;
  readonly resets: OffsetResetDesk;
  readonly gate: MutationGate;
}

const errors = { '4xx': errorBody, '5xx': errorBody };
const ofGroup = z.object({ cluster: z.string(), group: z.string() });

/** What happened in a group, and setting its offsets. */
export function addGroupRoutes(untyped: FastifyInstance, { clusters, resets, gate }: GroupRoutesNeeds): void {
  const server = untyped.withTypeProvider<ZodTypeProvider>();
  const offsets = '/api/clusters/:cluster/groups/:group/offsets';

  server.get(
    '/api/clusters/:cluster/groups/:group/rebalances',
    { schema: { params: ofGroup, response: { 200: groupTimeline, ...errors } } },
    ({ params }) => timelineOf(clusters.named(params.cluster), params.group),
  );

  server.get(
    `${offsets}/reset`,
    { schema: { params: ofGroup, response: { 200: lastReset, ...errors } } },
    ({ params }) => resets.last(clusters.named(params.cluster), params.group),
  );

  server.post(
    `${offsets}/plan`,
    { schema: { params: ofGroup, body: resetGoal, response: { 200: resetPlan, ...errors } } },
    ({ params, body }) => resets.plan(clusters.named(params.cluster), params.group, body),
  );

  server.post(
    `${offsets}/reset`,
    { schema: { params: ofGroup, body: resetRequest, response: { 200: resetOutcome, ...errors } } },
    ({ params: { cluster, group }, body }) => {
      const sampler = clusters.named(cluster);
      const mutation = { sampler, action: 'offsets.reset', target: group, detail: JSON.stringify(body) };
      return gate.pass(mutation, () => resets.carryOut(sampler, group, body.partitions));
    },
  );

  server.post(
    `${offsets}/undo`,
    { schema: { params: ofGroup, body: undoRequest, response: { 200: resetOutcome, ...errors } } },
    ({ params: { cluster, group }, body: { id } }) => {
      const sampler = clusters.named(cluster);
      const mutation = { sampler, action: 'offsets.undo', target: group, detail: `reset ${id}` };
      return gate.pass(mutation, () => resets.undo(sampler, group, id));
    },
  );
}
