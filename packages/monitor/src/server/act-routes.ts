import {
  createTopicRequest,
  createTopicResponse,
  errorBody,
  type PeekResponse,
  peekQuery,
  peekResponse,
  produceRecordRequest,
  produceRecordResponse,
  topicConfigs,
} from '@odradek/contract';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { createTopic } from '../cluster-client/create-topic.ts';
import { describeTopicConfigs } from '../cluster-client/describe-configs.ts';
import { type Peek, peekRecords } from '../cluster-client/peek-records.ts';
import { produceRecord } from '../cluster-client/produce-record.ts';
import { producedBytes } from '../cluster-client/record-content.ts';
import type { MutationGate } from './mutation-gate.ts';
import { metadataWith, type RoutedClusters } from './routed-clusters.ts';

export interface ActRoutesNeeds {
  readonly clusters: RoutedClusters;
  readonly gate: MutationGate;
}

const errors = { '4xx': errorBody, '5xx': errorBody };
const ofCluster = z.object({ cluster: z.string() });
const ofTopic = ofCluster.extend({ topic: z.string() });

/** What asks the cluster, and what changes it. */
export function addActRoutes(server: FastifyInstance, needs: ActRoutesNeeds): void {
  addReadingRoutes(server, needs);
  addChangingRoutes(server, needs);
}

function addReadingRoutes(untyped: FastifyInstance, { clusters }: ActRoutesNeeds): void {
  const server = untyped.withTypeProvider<ZodTypeProvider>();

  server.get(
    '/api/clusters/:cluster/topics/:topic/configs',
    { schema: { params: ofTopic, response: { 200: topicConfigs, ...errors } } },
    async ({ params }) => {
      const { requests } = await clusters.named(params.cluster).connection();
      return { configs: await describeTopicConfigs(requests, params.topic) };
    },
  );

  server.get(
    '/api/clusters/:cluster/topics/:topic/records',
    { schema: { params: ofTopic, querystring: peekQuery, response: { 200: peekResponse, ...errors } } },
    async ({ params, query }): Promise<PeekResponse> => {
      const sampler = clusters.named(params.cluster);
      const metadata = await metadataWith(sampler, params.topic);
      const { library, requests } = await sampler.connection();
      return peekRecords(
        { library, requests, metadata },
        {
          topic: params.topic,
          start: startOf(query),
          partition: query.partition ?? null,
          limit: query.limit,
          contentBytesMax: query.contentBytes,
        },
      );
    },
  );
}

function addChangingRoutes(untyped: FastifyInstance, { clusters, gate }: ActRoutesNeeds): void {
  const server = untyped.withTypeProvider<ZodTypeProvider>();

  server.post(
    '/api/clusters/:cluster/topics',
    {
      schema: {
        params: ofCluster,
        body: createTopicRequest,
        response: { 201: createTopicResponse, ...errors },
      },
    },
    async ({ params, body }, reply) => {
      const sampler = clusters.named(params.cluster);
      const action = body.validateOnly ? 'topic.validate' : 'topic.create';
      const mutation = { sampler, action, target: body.name, detail: JSON.stringify(body) };
      const created = await gate.pass(mutation, async () => {
        const { requests } = await sampler.connection();
        return createTopic(requests, sampler.state.topology, body);
      });
      return reply.code(201).send(created);
    },
  );

  server.post(
    '/api/clusters/:cluster/topics/:topic/records',
    {
      schema: {
        params: ofTopic,
        body: produceRecordRequest,
        response: { 201: produceRecordResponse, ...errors },
      },
    },
    async ({ params, body }, reply) => {
      const sampler = clusters.named(params.cluster);
      const mutation = { sampler, action: 'record.produce', target: params.topic, detail: null };
      const written = await gate.pass(mutation, async () => {
        const metadata = await metadataWith(sampler, params.topic);
        const { library } = await sampler.connection();
        return produceRecord(library, sampler.definition, {
          topic: params.topic,
          partition: body.partition,
          partitions: metadata.topics.get(params.topic)?.partitions.length ?? 0,
          key: producedBytes(body.key),
          value: producedBytes(body.value),
          headers: body.headers.map(({ name, value }) => ({ name, value: producedBytes(value) })),
        });
      });
      return reply.code(201).send(written);
    },
  );
}

/** The contract has seen to it that an offset or a time is there where it is needed. */
function startOf({ start, offset = 0, timestamp = 0 }: z.output<typeof peekQuery>): Peek['start'] {
  switch (start) {
    case 'newest':
    case 'oldest':
      return { kind: start };
    case 'offset':
      return { kind: 'offset', offset };
    case 'timestamp':
      return { kind: 'timestamp', timestamp };
  }
}
