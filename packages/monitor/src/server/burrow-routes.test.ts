import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { classicMember, commitOf, sampleOf } from '../../test/sample-of.ts';
import { watchedCluster } from '../../test/watched-cluster.ts';
import { addBurrowRoutes } from './burrow-routes.ts';
import { RoutedClusters } from './routed-clusters.ts';

let server: FastifyInstance;

beforeEach(() => {
  const owner = {
    memberId: 'm-1',
    instanceId: null,
    clientId: 'client',
    host: '/127.0.0.1',
    ...classicMember,
    assignment: [{ topic: 'orders', partitions: [0] }],
  };
  const description = {
    group: 'g',
    state: 'Stable',
    protocolType: 'consumer',
    assignor: 'range',
    groupEpoch: null,
    assignmentEpoch: null,
    members: [owner],
  };
  const listed = {
    group: 'g',
    type: 'classic',
    state: 'Stable',
    protocolType: 'consumer',
    coordinator: 1,
  } as const;
  const change = { groups: [listed], descriptions: [description] };
  const ends = { orders: [5, 9] };
  const sampler = watchedCluster([
    sampleOf({ at: 8_000, ends, change }),
    sampleOf({ at: 10_500, ends, events: [commitOf(3, 10_000)], change }),
  ]);
  server = fastify();
  addBurrowRoutes(server, new RoutedClusters([sampler]));
});

afterEach(() => server.close());

async function get(path: string) {
  const answer = await server.inject(path);
  return { status: answer.statusCode, body: answer.json() };
}

const commit = { offset: 3, timestamp: 10_000, observedAt: 10_500, lag: 2 };
const stalled = {
  topic: 'orders',
  partition: 0,
  owner: '/127.0.0.1',
  client_id: 'client',
  status: 'STALL',
  start: commit,
  end: commit,
  current_lag: 2,
  complete: 0.1,
};

describe('the Burrow API', () => {
  it('lists clusters, consumers and topics in its envelope', async () => {
    expect(await get('/v3/kafka')).toMatchObject({
      status: 200,
      body: {
        error: false,
        message: 'cluster list returned',
        clusters: ['local'],
        request: { url: '/v3/kafka' },
      },
    });
    expect((await get('/v3/kafka/local/consumer')).body).toMatchObject({ consumers: ['g'] });
    expect((await get('/v3/kafka/local/topic')).body).toMatchObject({ topics: ['orders'] });
    expect((await get('/v3/kafka/local/topic/orders')).body).toMatchObject({ offsets: [5, 9] });
    expect((await get('/v3/kafka/local/topic/orders/consumers')).body).toMatchObject({ consumers: ['g'] });
    expect((await get('/v3/kafka/local/topic/none/consumers')).body).toMatchObject({ consumers: [] });
  });

  it('gives every partition for lag; one never committed is OK with nothing in it', async () => {
    const never = {
      topic: 'orders',
      partition: 1,
      owner: '',
      client_id: '',
      status: 'OK',
      start: null,
      end: null,
      current_lag: 0,
      complete: 0,
    };
    expect((await get('/v3/kafka/local/consumer/g/lag')).body).toMatchObject({
      error: false,
      message: 'consumer status returned',
      status: {
        cluster: 'local',
        group: 'g',
        status: 'ERR',
        complete: 0,
        partitions: [stalled, never],
        partition_count: 2,
        maxlag: stalled,
        totallag: 2,
      },
    });
  });

  it('gives only what is not OK for status', async () => {
    const { body } = await get('/v3/kafka/local/consumer/g/status');
    expect(body.status).toMatchObject({ partitions: [stalled], partition_count: 2 });
  });

  it('gives the window with its empty slots', async () => {
    const { body } = await get('/v3/kafka/local/consumer/g');
    expect(body.topics.orders[0]).toEqual({
      offsets: [...Array.from({ length: 9 }, () => null), commit],
      owner: '/127.0.0.1',
      client_id: 'client',
      'current-lag': 2,
    });
  });

  it.each(['status', 'lag'])('answers 404 without an error for the %s of an unknown group', async (path) => {
    const { status, body } = await get(`/v3/kafka/local/consumer/none/${path}`);
    expect(status).toBe(404);
    expect(body).toMatchObject({
      error: false,
      message: 'consumer status returned',
      status: {
        cluster: 'local',
        group: 'none',
        status: 'NOTFOUND',
        complete: 1,
        partitions: [],
        partition_count: 0,
        maxlag: null,
        totallag: 0,
      },
    });
  });

  it.each([
    ['/v3/kafka/none', 'cluster module not found'],
    ['/v3/kafka/none/consumer', 'cluster not found'],
    ['/v3/kafka/none/topic', 'cluster not found'],
    ['/v3/kafka/local/topic/none', 'cluster or topic not found'],
    ['/v3/kafka/local/consumer/none', 'cluster or consumer not found'],
  ])('answers %s with 404: %s', async (path, message) => {
    expect(await get(path)).toMatchObject({
      status: 404,
      body: { error: true, message, request: { url: path } },
    });
  });
});
