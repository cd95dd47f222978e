// What a user gets: the packed `odradek` package, installed by npm in an empty folder, run there.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { root, toolEnvironment } from './toolchain.mjs';
import { ensureBuilt } from './workspace-build.mjs';

let folder;
let app;

before(async () => {
  await ensureBuilt();
  folder = mkdtempSync(join(tmpdir(), 'odradek-packed-'));
  app = join(folder, 'app');
  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), '{"private":true}');
  run('pnpm', ['pack', '--pack-destination', folder], join(root, 'packages/cli'));
  const archive = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  run('npm', ['install', '--no-audit', '--no-fund', join(folder, archive)], app);
});

after(() => rmSync(folder, { recursive: true, force: true }));

test('the program of the worker threads is in the package, and does a job with a native codec', async () => {
  const worker = new Worker(join(app, 'node_modules/odradek/dist/compute-worker.js'));
  try {
    const input = { type: 'lz4', bytes: new Uint8Array(100_000) };
    worker.postMessage({ name: 'compress', input });
    const [answer] = await once(worker, 'message');
    assert.equal(answer.kind, 'done');
    assert.ok(answer.output.length < 10_000);
  } finally {
    await worker.terminate();
  }
});

test('a build has compiled what a broker starts with', () => {
  // As local-cluster/child-process-host.ts starts it: code that V8 compiled under other flags is none to it.
  const flags = [
    ...['--max-semi-space-size=1', '--v8-pool-size=1', '--single-threaded-gc'],
    ...['--battery-saver-mode', '--maglev-filter=~', '--invocation-count-for-turbofan=60000'],
  ];
  const dist = join(root, 'packages/cli/dist');
  const broker = spawnSync(
    join(root, 'node_modules/.bin/node'),
    [...flags, join(dist, 'broker-process.cjs'), '--config', join(folder, 'none.properties')],
    {
      encoding: 'utf8',
      env: {
        ...process.env,
        NODE_COMPILE_CACHE: join(dist, '.compiled'),
        NODE_DEBUG_NATIVE: 'COMPILE_CACHE',
      },
    },
  );
  assert.equal(broker.status, 2, broker.stderr);
  assert.match(broker.stderr, /broker-process\.cjs was accepted/);
});

test('the installed command runs a broker and its console, and its shell commands work on it', async () => {
  const up = spawn(
    join(app, 'node_modules/.bin/odradek'),
    ['up', '--json', '--ephemeral', '--port', '0', '--console-port', '0'],
    { cwd: app, env: toolEnvironment(), stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = once(up, 'exit');
  try {
    const ready = JSON.parse((await once(createInterface({ input: up.stdout }), 'line'))[0]);
    assert.equal(ready.ready, true);
    const page = await fetch(ready.console);
    assert.match(await page.text(), /<div id="root">/);
    const on = (...args) => odradek(...args, '--bootstrap-server', ready.bootstrap, '--json');
    on('topics', 'create', 'orders');
    on('produce', 'orders', 'first', 'second', '--compression', 'zstd', '--key', 'k');
    const records = on('consume', 'orders', '--from-beginning', '--max-messages', '2')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      records.map(({ offset, key, value }) => ({ offset, key, value })),
      [
        { offset: 0, key: 'k', value: 'first' },
        { offset: 1, key: 'k', value: 'second' },
      ],
    );
  } finally {
    up.kill('SIGTERM');
  }
  assert.deepEqual(await ended, [0, null]);
});

test('a broker process carries neither the Kafka client nor the console', () => {
  const bundle = readFileSync(join(app, 'node_modules/odradek/dist/broker-process.cjs'), 'utf8');
  for (const foreign of ['@platformatic/kafka', 'better-sqlite3', 'fastify']) {
    assert.equal(bundle.includes(foreign), false, foreign);
  }
});

function odradek(...args) {
  return run(join(app, 'node_modules/.bin/odradek'), args, app);
}

function run(command, args, cwd) {
  return execFileSync(command, args, {
    cwd,
    env: toolEnvironment(),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
