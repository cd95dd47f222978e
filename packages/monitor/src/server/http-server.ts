import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyHelmet from '@fastify/helmet';
import fastifyRateLimit from '@fastify/rate-limit';
import fastifyStatic from '@fastify/static';
import fastifySwagger from '@fastify/swagger';
import fastify, { type FastifyInstance } from 'fastify';
import { jsonSchemaTransform, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { Logger } from '../logger.ts';
import type { AccessToken } from './access-token.ts';
import { type ActRoutesNeeds, addActRoutes } from './act-routes.ts';
import { addBrokerRoutes, type BrokerRoutesNeeds } from './broker-routes.ts';
import { addBurrowRoutes } from './burrow-routes.ts';
import { errorBodyOf } from './console-error.ts';
import { answerErrors, send } from './error-replies.ts';
import { addGroupRoutes, type GroupRoutesNeeds } from './group-routes.ts';
import { guard } from './guards.ts';
import { prometheusMetrics } from './prometheus-metrics.ts';
import { addReplicaRoutes, type ReplicaRoutesNeeds } from './replica-routes.ts';
import { addServerRoutes, type ServerRoutesNeeds } from './server-routes.ts';
import { addTransactionRoutes, type TransactionRoutesNeeds } from './transaction-routes.ts';
import { addWatchRoutes, type WatchRoutesNeeds } from './watch-routes.ts';

export interface HttpServerNeeds
  extends WatchRoutesNeeds,
    ActRoutesNeeds,
    BrokerRoutesNeeds,
    ReplicaRoutesNeeds,
    GroupRoutesNeeds,
    TransactionRoutesNeeds,
    ServerRoutesNeeds {
  readonly token: AccessToken;
  readonly logger: Logger;
  readonly version: string;
  /** The built console; null serves the API alone. */
  readonly consoleFiles: string | null;
}

const BODY_BYTES_MAX = 16 * 1024 * 1024;
const REQUESTS_PER_MINUTE_MAX = 6_000;

/** The console's server, not yet listening. Where it listens is the caller's; the guards hold for any port. */
export async function buildHttpServer(needs: HttpServerNeeds): Promise<FastifyInstance> {
  const server = fastify({ logger: false, bodyLimit: BODY_BYTES_MAX, forceCloseConnections: true });
  server.setValidatorCompiler(validatorCompiler);
  server.setSerializerCompiler(serializerCompiler);
  guard(server, needs.token);
  answerErrors(server, needs.token, needs.logger);
  await addProtections(server);
  await server.register(fastifySwagger, {
    openapi: {
      info: { title: 'Odradek console', version: needs.version },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
    transform: (route) =>
      route.url.startsWith('/api/') ? jsonSchemaTransform(route) : { schema: { hide: true }, url: route.url },
  });
  await server.register(async (routes) => {
    addWatchRoutes(routes, needs);
    addActRoutes(routes, needs);
    addBrokerRoutes(routes, needs);
    addReplicaRoutes(routes, needs);
    addGroupRoutes(routes, needs);
    addTransactionRoutes(routes, needs);
    addServerRoutes(routes, needs);
    addOpenRoutes(routes, needs);
  });
  await addConsole(server, needs.consoleFiles);
  return server;
}

async function addProtections(server: FastifyInstance): Promise<void> {
  await server.register(fastifyHelmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    // There is no TLS on a loopback address.
    strictTransportSecurity: false,
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
  });
  await server.register(fastifyRateLimit, { max: REQUESTS_PER_MINUTE_MAX, timeWindow: '1 minute' });
}

/** Without a token: the API's description, metrics for a scraper, and Burrow's API for its tools. */
function addOpenRoutes(routes: FastifyInstance, needs: HttpServerNeeds): void {
  routes.get('/api/openapi.json', { schema: { hide: true } }, (_request, reply) =>
    send(reply, 200, routes.swagger()),
  );
  routes.get('/metrics', async (_request, reply) =>
    reply
      .header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
      .send(await prometheusMetrics(needs.clusters.all)),
  );
  addBurrowRoutes(routes, needs.clusters);
}

/** Static files; every other path that a page may be at is the page itself, which has its own routes. */
async function addConsole(server: FastifyInstance, files: string | null): Promise<void> {
  const isBuilt = files !== null && existsSync(join(files, 'index.html'));
  if (isBuilt) {
    await server.register(fastifyStatic, {
      root: files,
      cacheControl: false,
      setHeaders: (response, path) => {
        const isHashed = path.includes('/assets/');
        response.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  }
  server.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    if (path === '/v3' || path.startsWith('/v3/')) {
      return reply
        .code(404)
        .header('content-type', 'text/plain; charset=utf-8')
        .send(JSON.stringify({ error: true, message: 'invalid request type', result: {} }));
    }
    const isPage = request.method === 'GET' && !/^\/(api|assets|metrics)(\/|$)/.test(path);
    if (isPage && isBuilt) {
      return reply.header('cache-control', 'no-cache').sendFile('index.html');
    }
    if (isPage) {
      return reply
        .type('text/plain; charset=utf-8')
        .send('The console is not built here. Its API is at /api.\n');
    }
    return send(reply, 404, errorBodyOf({ code: 'NOT_FOUND', message: `There is nothing at ${path}.` }));
  });
}
