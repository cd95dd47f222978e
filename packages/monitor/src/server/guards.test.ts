import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorBody } from '@odradek/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '../../test/silent-logger.ts';
import { type Console, startConsole } from '../console-server.ts';

let directory: string;
let console: Console;
let port: number;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'odradek-guards-'));
  console = await startConsole({
    // Nothing listens there: the guards come before any cluster is asked.
    clusters: [{ name: 'away', bootstrap: ['127.0.0.1:1'] }],
    dataDirectory: directory,
    port: 0,
    logger: silentLogger,
    version: '0',
    startedAs: 'console',
  });
  port = Number(new URL(console.url).port);
});

afterAll(async () => {
  await console.close();
  rmSync(directory, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: NodeJS.Dict<string | string[]>;
}

/** By hand, for fetch would not let Host and Origin be forged. */
function ask(path: string, headers: Record<string, string> = {}, write?: string): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const method = write === undefined ? 'GET' : 'POST';
  const sent = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
    let body = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      body += chunk;
    });
    response.on('end', () => resolve({ status: response.statusCode ?? 0, body, headers: response.headers }));
  });
  sent.on('error', reject);
  sent.end(write);
  return promise;
}

const bearer = () => ({ authorization: `Bearer ${console.token}` });
const json = { 'content-type': 'application/json' };
const ownOrigin = () => ({ origin: console.url });
const write = JSON.stringify({ name: 't', partitions: 1, replicationFactor: 1 });
const topics = '/api/clusters/away/topics';

function codeIn({ body }: Answer): string {
  return errorBody.parse(JSON.parse(body)).error.code;
}

describe('the console', () => {
  it('answers who has the token', async () => {
    expect((await ask('/api/clusters', bearer())).status).toBe(200);
    expect((await ask('/api/clusters', { ...bearer(), host: `localhost:${port}` })).status).toBe(200);
  });

  it('keeps the token for its owner, and tells where it lies but not what it is', async () => {
    expect(statSync(console.tokenFile).mode & 0o777).toBe(0o600);
    const { body } = await ask('/api/server', bearer());
    expect(body).toContain(console.tokenFile);
    expect(body).not.toContain(console.token);
    expect(console.openUrl).toBe(`${console.url}/#token=${console.token}`);
  });

  it.each(['/api/clusters', '/', '/metrics', '/v3/kafka', '/api/openapi.json'])(
    'refuses a foreign Host for %s',
    async (path) => {
      const { port: _, ...forged } = { port, ...bearer(), host: `attacker.example:${port}` };
      const answer = await ask(path, forged);
      expect([answer.status, codeIn(answer)]).toEqual([403, 'FOREIGN_HOST']);
    },
  );

  it('refuses its own name with another port as Host', async () => {
    expect(codeIn(await ask('/api/clusters', { ...bearer(), host: `127.0.0.1:${port + 1}` }))).toBe(
      'FOREIGN_HOST',
    );
  });

  it.each([
    ['no token', {}, 'TOKEN_MISSING'],
    ['another scheme', { authorization: 'Basic abc' }, 'TOKEN_MISSING'],
    ['a wrong token', { authorization: 'Bearer wrong' }, 'TOKEN_INVALID'],
    ['an empty token', { authorization: 'Bearer ' }, 'TOKEN_MISSING'],
  ])('refuses %s', async (_, headers, code) => {
    for (const path of ['/api/clusters', '/api/events', '/api/server', '/api/no-such-thing', topics]) {
      const answer = await ask(path, headers);
      expect([path, answer.status, codeIn(answer)]).toEqual([path, 401, code]);
    }
  });

  it('does not take the token from a cookie or the query', async () => {
    const answer = await ask(`/api/clusters?token=${console.token}`, { cookie: `token=${console.token}` });
    expect(answer.status).toBe(401);
  });

  it('names the token file to who lacks the token', async () => {
    const { body } = await ask('/api/clusters');
    expect(errorBody.parse(JSON.parse(body)).error.tokenFile).toBe(console.tokenFile);
  });

  it.each([
    ['a foreign Origin', () => 'https://attacker.example'],
    ['the Origin of another TCP port', () => `http://127.0.0.1:${port + 1}`],
    ['the Origin null', () => 'null'],
    ['its own address over https', () => `https://127.0.0.1:${port}`],
  ])('refuses a write from %s', async (_, origin) => {
    const answer = await ask(topics, { ...bearer(), ...json, origin: origin() }, write);
    expect([answer.status, codeIn(answer)]).toEqual([403, 'FOREIGN_ORIGIN']);
  });

  it('refuses a write without an Origin, and a read with a foreign one', async () => {
    expect(codeIn(await ask(topics, { ...bearer(), ...json }, write))).toBe('FOREIGN_ORIGIN');
    expect(codeIn(await ask('/api/clusters', { ...bearer(), origin: 'http://127.0.0.1:1' }))).toBe(
      'FOREIGN_ORIGIN',
    );
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonx',
  ])('refuses a write as %s', async (type) => {
    const answer = await ask(topics, { ...bearer(), ...ownOrigin(), 'content-type': type }, write);
    expect([answer.status, codeIn(answer)]).toEqual([415, 'UNSUPPORTED_CONTENT_TYPE']);
  });

  it('refuses to change a cluster that is read-only, in the server', async () => {
    const headers = { ...bearer(), ...json, ...ownOrigin() };
    const record = JSON.stringify({ value: { encoding: 'utf8', text: 'x' } });
    for (const [path, body] of [
      [topics, write],
      [`${topics}/t/records`, record],
    ] as const) {
      const answer = await ask(path, headers, body);
      expect([answer.status, codeIn(answer)]).toEqual([403, 'CLUSTER_READ_ONLY']);
    }
  });

  it('runs the demo on no cluster but its own', async () => {
    const headers = { ...bearer(), ...json, ...ownOrigin() };
    expect(codeIn(await ask('/api/clusters/away/demo/start', headers, '{}'))).toBe('NOT_MANAGED');
  });

  it('needs no token for its description, metrics and the Burrow API', async () => {
    for (const path of ['/api/openapi.json', '/metrics', '/v3/kafka']) {
      expect([path, (await ask(path)).status]).toEqual([path, 200]);
    }
  });

  it('lets no page frame it, and no page run foreign script', async () => {
    const { headers } = await ask('/');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect(headers['access-control-allow-origin']).toBeUndefined();
    expect(headers['set-cookie']).toBeUndefined();
  });

  it('says what is wrong with the input, and where', async () => {
    const headers = { ...bearer(), ...json, ...ownOrigin() };
    const answer = await ask(
      topics,
      headers,
      JSON.stringify({ name: 'a b', partitions: 1, replicationFactor: 1 }),
    );
    expect(answer.status).toBe(400);
    expect(errorBody.parse(JSON.parse(answer.body)).error).toMatchObject({
      code: 'INVALID_REQUEST',
      field: 'name',
    });
    expect(codeIn(await ask(topics, headers, '{"name":'))).toBe('INVALID_REQUEST');
    expect(codeIn(await ask('/api/clusters/nowhere/overview', bearer()))).toBe('UNKNOWN_CLUSTER');
    expect(codeIn(await ask('/api/clusters/away/topics/t', bearer()))).toBe('NOT_FOUND');
    expect(codeIn(await ask('/api/nothing', bearer()))).toBe('NOT_FOUND');
  });

  it('tells a cluster that is not there from one that is, with the reason', async () => {
    await expect
      .poll(async () => JSON.parse((await ask('/api/clusters', bearer())).body).clusters[0], {
        timeout: 10_000,
      })
      .toMatchObject({
        name: 'away',
        state: 'unreachable',
        reason: { kind: 'refused', address: '127.0.0.1:1' },
      });
    const answer = await ask(`${topics}/t/records`, bearer());
    expect([answer.status, codeIn(answer)]).toEqual([503, 'CLUSTER_UNREACHABLE']);
  });

  it('keeps its token when it is started again', async () => {
    const second = await startConsole({
      clusters: [],
      dataDirectory: directory,
      port: 0,
      logger: silentLogger,
      version: '0',
      startedAs: 'console',
    });
    await second.close();
    expect(second.token).toBe(console.token);
  });
});
