import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AccessToken } from './access-token.ts';
import { ConsoleError } from './console-error.ts';

/** Read-only and without a secret in them; `/api/openapi.json` says nothing that the source does not. */
const OPEN_API_PATHS = new Set(['/api/openapi.json']);

/**
 * Who may talk to the console (design decision 11). A local server can be reached by every page in every browser of
 * this machine and by all its users: the Host check stops pages that rebind a name to this address, the token stops
 * whoever cannot read the user's files, the Origin and JSON checks stop pages from making a browser send writes.
 */
export function guard(server: FastifyInstance, token: AccessToken): void {
  server.addHook('onRequest', async (request) => {
    refuseForeignHost(request);
    if (isApi(request)) {
      refuseWithoutToken(request, token);
      refuseForeignOrigin(request);
      refuseOtherContent(request);
    }
  });
}

/** The addresses this server goes by. */
export function ownHosts(port: number | undefined): string[] {
  return [`127.0.0.1:${port}`, `localhost:${port}`];
}

function refuseForeignHost(request: FastifyRequest): void {
  if (!ownHosts(request.socket.localPort).includes(request.headers.host ?? '')) {
    throw new ConsoleError(
      403,
      'FOREIGN_HOST',
      `This server answers to 127.0.0.1:${request.socket.localPort} and localhost:${request.socket.localPort} only.`,
    );
  }
}

function isApi(request: FastifyRequest): boolean {
  // Routes are matched on the decoded path; so is this, or %61pi would pass.
  const path = request.routeOptions.url ?? request.url;
  return (path === '/api' || path.startsWith('/api/')) && !OPEN_API_PATHS.has(path);
}

function refuseWithoutToken(request: FastifyRequest, token: AccessToken): void {
  const [scheme, value, ...rest] = (request.headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || value === undefined || rest.length > 0) {
    throw new ConsoleError(401, 'TOKEN_MISSING', 'Send the token of this console as Authorization: Bearer.');
  }
  if (!token.matches(value)) {
    throw new ConsoleError(401, 'TOKEN_INVALID', 'This is not the token of this console.');
  }
}

/** A browser sends Origin with each request that is not GET; for a GET it is checked where it is there. */
function refuseForeignOrigin(request: FastifyRequest): void {
  const { origin } = request.headers;
  const own = ownHosts(request.socket.localPort).map((host) => `http://${host}`);
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (origin === undefined ? !isRead : !own.includes(origin)) {
    throw new ConsoleError(403, 'FOREIGN_ORIGIN', `Only a page of ${own[0]} may send this.`);
  }
}

function refuseOtherContent(request: FastifyRequest): void {
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (!isRead && !/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) {
    throw new ConsoleError(415, 'UNSUPPORTED_CONTENT_TYPE', 'Send JSON, as Content-Type: application/json.');
  }
}
