import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Metrics } from './metrics.ts';
import { type Listener, NetworkError, type SocketAddress } from './network.ts';
import { observeProcess } from './process-metrics.ts';

const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** A registry whose numbers can be told, in Prometheus' text format. */
interface ToldMetrics extends Metrics {
  exposition(): string;
}

/** Answers `GET /metrics` with all numbers of a registry, those of this process among them. */
export async function serveMetrics(metrics: ToldMetrics, address: SocketAddress): Promise<Listener> {
  // Not before it is asked for: most brokers of a laptop are never scraped, and a web server takes its memory. An
  // `import` would take 11 MB more: it touches all the module has, and that is a client for the web, too.
  const { createServer } = process.getBuiltinModule('node:http');
  const server = createServer((request, response) => answer(metrics, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new NetworkError(error.code ?? 'EIO', error.message, { cause: error })),
    );
    server.listen({ host: address.host, port: address.port }, resolve);
  });
  const stopObserving = observeProcess(metrics);
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : address.port;
  return {
    address: { host: address.host, port },
    close: () =>
      new Promise((resolve) => {
        stopObserving();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(metrics: ToldMetrics, request: IncomingMessage, response: ServerResponse): void {
  const [path] = (request.url ?? '').split('?');
  if (path !== '/metrics') {
    response.writeHead(404, { 'content-type': CONTENT_TYPE }).end('Metrics are at /metrics.\n');
  } else if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD', 'content-type': CONTENT_TYPE }).end();
  } else {
    response.writeHead(200, { 'content-type': CONTENT_TYPE }).end(metrics.exposition());
  }
}
