import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brokerAct, paths } from '@odradek/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { silentLogger } from '../../test/silent-logger.ts';
import { type Console, startConsole } from '../console-server.ts';

const openApi = z.object({
  info: z.object({ version: z.string() }),
  paths: z.record(z.string(), z.unknown()),
});

let directory: string;
let console: Console;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'odradek-http-'));
  const files = join(directory, 'files');
  mkdirSync(join(files, 'assets'), { recursive: true });
  writeFileSync(join(files, 'index.html'), '<title>the page</title>');
  writeFileSync(join(files, 'assets', 'app-1a2b3c.js'), 'export {};');
  console = await start();
});

afterAll(async () => {
  await console.close();
  rmSync(directory, { recursive: true });
});

function start(port = 0): Promise<Console> {
  return startConsole({
    clusters: [],
    dataDirectory: join(directory, 'data'),
    port,
    consoleFiles: join(directory, 'files'),
    logger: silentLogger,
    version: '1.2.3',
    startedAs: 'console',
  });
}

describe('the server of the pages', () => {
  it.each(['/', '/c/local/topics/my.topic.v1', '/c/local/groups/a%2Fb?tab=lag'])(
    'answers %s with the page',
    async (path) => {
      const answer = await fetch(console.url + path);
      expect(answer.status).toBe(200);
      expect(await answer.text()).toContain('the page');
      expect(answer.headers.get('cache-control')).toBe('no-cache');
    },
  );

  it('lets files with a hash in their name be kept for ever', async () => {
    const answer = await fetch(`${console.url}/assets/app-1a2b3c.js`);
    expect(answer.headers.get('content-type')).toContain('javascript');
    expect(answer.headers.get('cache-control')).toContain('immutable');
  });

  it('does not pass the page off for a file that is not there', async () => {
    expect((await fetch(`${console.url}/assets/app-old.js`)).status).toBe(404);
  });

  it.each([
    '/../data/console-token',
    '/%2e%2e/data/console-token',
    '/assets/..%2f..%2f..%2fdata%2fconsole-token',
  ])('gives nothing away by %s', async (path) => {
    expect(await raw(path)).not.toContain(console.token);
  });

  it('describes every route of the contract', async () => {
    const description = openApi.parse(await (await fetch(`${console.url}/api/openapi.json`)).json());
    const described = Object.keys(description.paths).map((path) => path.replaceAll(/\{(\w+)\}/g, ':$1'));
    const { brokerImpact, brokerAct: _, ...others } = paths;
    const routes = [
      ...Object.values(others).map((path) => decodeURIComponent(path(':cluster', named(path)))),
      ...['impact', ...brokerAct.options].map((act) =>
        decodeURIComponent(brokerImpact(':cluster', 7)).replace('7/impact', `:broker/${act}`),
      ),
    ];
    expect(described.sort()).toEqual([...new Set(routes)].sort());
    expect(description.info.version).toBe('1.2.3');
  });

  it('refuses to start on a port that is taken, and leaves nothing open', async () => {
    const port = Number(new URL(console.url).port);
    await expect(start(port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('refuses two clusters of one name', async () => {
    const clusters = ['a:1', 'b:1'].map((bootstrap) => ({ name: 'same', bootstrap: [bootstrap] }));
    const options = { dataDirectory: join(directory, 'data'), port: 0, logger: silentLogger, version: '0' };
    await expect(startConsole({ ...options, clusters, startedAs: 'console' })).rejects.toThrow(/called same/);
  });
});

/** The name of the second part of a path of the contract. */
function named(path: (cluster: string, name: string) => string): string {
  return path('', '').includes('/groups/') ? ':group' : ':topic';
}

/** Sent as it is: fetch would resolve the dots itself. */
function raw(path: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const { port, host } = new URL(console.url);
  const socket = connect(Number(port), '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  socket.on('end', () => resolve(text));
  socket.on('error', reject);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  return promise;
}
