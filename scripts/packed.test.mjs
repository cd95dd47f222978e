// What a user gets: the packages as `npm run pack` makes them, each installed by npm in an empty folder, used there.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { SMALL_NODE } from '../packages/broker/src/local-cluster/child-process-host.ts';
import { root, toolEnvironment } from './toolchain.mjs';

let folder;
/** Where the command `odradek` was installed, and where the library was. */
let app;
let suite;

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'odradek-packed-'));
  const packed = run('node', [join(root, 'scripts/pack.mjs'), folder], root);
  const [command, library] = packed.trim().split('\n');
  app = install('app', command);
  suite = install('suite', library, 'kafkajs@2', '@types/node@24');
});

after(() => rmSync(folder, { recursive: true, force: true }));

for (const [name, program] of [
  ['odradek', () => join(app, 'node_modules/odradek/dist/compute-worker.js')],
  ['@odradek/broker', () => join(suite, 'node_modules/@odradek/broker/dist/compute-worker.js')],
]) {
  test(`the program of the worker threads is in ${name}, and does a job with a native codec`, () =>
    compressBy(program()));
}

async function compressBy(program) {
  const worker = new Worker(program);
  try {
    const input = { type: 'lz4', bytes: new Uint8Array(100_000) };
    worker.postMessage({ name: 'compress', input });
    const [answer] = await once(worker, 'message');
    assert.equal(answer.kind, 'done');
    assert.ok(answer.output.length < 10_000);
  } finally {
    await worker.terminate();
  }
}

test('a build has compiled what a broker starts with', () => {
  const dist = join(root, 'packages/cli/dist');
  const broker = spawnSync(
    join(root, 'node_modules/.bin/node'),
    [...SMALL_NODE, join(dist, 'broker-process.cjs'), '--config', join(folder, 'none.properties')],
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

const PROGRAM = `
import { type EmbeddedCluster, startCluster } from '@odradek/broker';
import { Kafka, logLevel } from 'kafkajs';

const cluster: EmbeddedCluster = await startCluster({ brokers: 3, settings: { 'num.partitions': '2' } });
const kafka = new Kafka({ brokers: cluster.bootstrapServers.split(','), logLevel: logLevel.NOTHING });
const producer = kafka.producer();
await producer.connect();
await producer.send({ topic: 'orders', messages: [{ key: 'k', value: 'before' }] });
await cluster.killBroker(1);
await producer.send({ topic: 'orders', messages: [{ key: 'k', value: 'after' }] });
await producer.disconnect();
const consumer = kafka.consumer({ groupId: 'readers' });
await consumer.connect();
await consumer.subscribe({ topic: 'orders', fromBeginning: true });
const values: string[] = [];
const { promise, resolve } = Promise.withResolvers<void>();
await consumer.run({
  eachMessage: async ({ message }) => {
    values.push(String(message.value));
    if (values.length === 2) resolve();
  },
});
await promise;
await consumer.disconnect();
const states: readonly string[] = cluster.brokers.map(({ state }) => state);
await cluster.close();
console.log(JSON.stringify({ values, states }));
`;

test('a program of others starts three brokers, and clients work with them when one is killed', () => {
  writeFileSync(join(suite, 'orders.ts'), PROGRAM);
  const told = JSON.parse(run('node', ['orders.ts'], suite));
  assert.deepEqual(told, { values: ['before', 'after'], states: ['stopped', 'running', 'running'] });
});

test('the library can be required, too', () => {
  const types = run('node', ['-p', "typeof require('@odradek/broker').startCluster"], suite);
  assert.equal(types.trim(), 'function');
});

test('the library has types of its own, which the compiler checks a program by', () => {
  writeFileSync(join(suite, 'orders.ts'), PROGRAM);
  writeFileSync(
    join(suite, 'wrong.ts'),
    `import { startCluster } from '@odradek/broker';
startCluster({ nodes: 3 });
const brokers: number = (await startCluster()).brokers;
`,
  );
  const compiler = join(root, 'node_modules/typescript-7/bin/tsc');
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--types', 'node'];
  run('node', [compiler, ...options, 'orders.ts'], suite);
  const { status, stdout } = spawnSync('node', [compiler, ...options, '--pretty', 'false', 'wrong.ts'], {
    cwd: suite,
    env: toolEnvironment(),
    encoding: 'utf8',
  });
  assert.notEqual(status, 0);
  assert.deepEqual(
    stdout
      .trim()
      .split('\n')
      .map((line) => /^wrong\.ts\((\d).*(TS\d+)/.exec(line)?.slice(1).join(' ') ?? line),
    ['2 TS2353', '3 TS2322'],
  );
});

/** A folder of that name in which nothing but these packages is installed. */
function install(name, ...packages) {
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(join(path, 'package.json'), '{"private":true,"type":"module"}');
  run('npm', ['install', '--no-audit', '--no-fund', ...packages], path);
  return path;
}

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
