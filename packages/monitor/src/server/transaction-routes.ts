import {
  type AbortOutcome,
  type AbortRequest,
  abortOutcome,
  abortRequest,
  errorBody,
  transactionList,
} from '@odradek/contract';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { Clock } from '../clock.ts';
import { readMetadata } from '../cluster-client/read-metadata.ts';
import type { ClusterSampler } from '../sampler/cluster-sampler.ts';
import { abortHanging, fenceProducer } from '../transactions/end-transaction.ts';
import { listTransactions } from '../transactions/list-transactions.ts';
import { ConsoleError } from './console-error.ts';
import type { MutationGate } from './mutation-gate.ts';
import type { RoutedClusters } from './routed-clusters.ts';

export interface TransactionRoutesNeeds {
  readonly clusters: RoutedClusters;
  readonly gate: MutationGate;
  readonly clock: Clock;
}

const errors = { '4xx': errorBody, '5xx': errorBody };
const ofCluster = z.object({ cluster: z.string() });

/** Transactions are asked for when a page wants them: nobody else needs to know. */
export function addTransactionRoutes(untyped: FastifyInstance, needs: TransactionRoutesNeeds): void {
  const server = untyped.withTypeProvider<ZodTypeProvider>();
  const { clusters, gate, clock } = needs;

  server.get(
    '/api/clusters/:cluster/transactions',
    { schema: { params: ofCluster, response: { 200: transactionList, ...errors } } },
    async ({ params }) => {
      const { requests } = await clusters.named(params.cluster).connection();
      const { metadata } = await readMetadata(requests);
      return listTransactions(requests, metadata, clock.now());
    },
  );

  server.post(
    '/api/clusters/:cluster/transactions/abort',
    { schema: { params: ofCluster, body: abortRequest, response: { 200: abortOutcome, ...errors } } },
    ({ params, body }) => {
      const sampler = clusters.named(params.cluster);
      const action = body.kind === 'hanging' ? 'transaction.abort' : 'producer.fence';
      const mutation = { sampler, action, target: targetOf(body), detail: JSON.stringify(body) };
      return gate.pass(mutation, () => end(sampler, body));
    },
  );
}

async function end(sampler: ClusterSampler, request: AbortRequest): Promise<AbortOutcome> {
  const { requests } = await sampler.connection();
  const ended =
    request.kind === 'fence'
      ? await fenceProducer(requests, request.transactionalId)
      : await abortHanging(requests, (await readMetadata(requests)).metadata, request);
  if (ended === null) {
    const what = request.kind === 'fence' ? 'it has nothing open' : 'no open transaction begins there';
    throw new ConsoleError(
      409,
      'NO_SUCH_TRANSACTION',
      `${targetOf(request)}: ${what}. It may have ended by itself.`,
    );
  }
  return ended;
}

/** What the audit log calls it. */
function targetOf(request: AbortRequest): string {
  return request.kind === 'fence'
    ? request.transactionalId
    : `${request.topic}-${request.partition} from offset ${request.startOffset}`;
}
