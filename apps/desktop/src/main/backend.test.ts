import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Backend } from './backend.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'odradek-backend-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A backend that is this program in place of `odradek`. */
function backendOf(source: string): Backend {
  const script = join(folder, 'program.mjs');
  writeFileSync(script, source);
  return new Backend({ node: process.execPath, script }, process.env);
}

const ready = {
  ready: true,
  ms: 1,
  bootstrap: '127.0.0.1:9092',
  console: 'http://127.0.0.1:8080',
  open: 'http://127.0.0.1:8080/#token=t',
  brokers: [],
};

it('is started once the backend says ready, and stops by SIGTERM', async () => {
  const backend = backendOf(
    `console.log(${JSON.stringify(JSON.stringify(ready))}); setInterval(() => {}, 1000);`,
  );
  expect(await backend.start()).toEqual({ kind: 'started', open: ready.open });
  await backend.stop();
});

it('asks for a console on any free port that ends with this process', async () => {
  const backend = backendOf('console.error(process.argv.slice(2).join(" "));');
  expect(await backend.start()).toEqual({
    kind: 'failed',
    reason: 'up --json --console-port 0 --stop-with-parent',
  });
});

it('adopts a cluster that runs already', async () => {
  const line = JSON.stringify({ ready: false, running: { pid: 1, data: '/d', ...ready } });
  const backend = backendOf(`console.log(${JSON.stringify(line)}); process.exitCode = 3;`);
  expect(await backend.start()).toEqual({ kind: 'adopted', open: ready.open });
});

it('fails with the reason the backend gives', async () => {
  const line = JSON.stringify({ ready: false, reason: 'TCP port 9092 is in use' });
  const backend = backendOf(`console.log(${JSON.stringify(line)}); process.exitCode = 2;`);
  expect(await backend.start()).toEqual({ kind: 'failed', reason: 'TCP port 9092 is in use' });
});

it('fails where Node itself cannot be started', async () => {
  const backend = new Backend({ node: join(folder, 'no-node'), script: 'x' }, process.env);
  expect(await backend.start()).toMatchObject({ kind: 'failed', reason: expect.stringContaining('ENOENT') });
});
