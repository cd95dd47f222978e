import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { clusterList, groupDetail, paths } from '@odradek/contract';
import { Admin } from '@platformatic/kafka';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApacheKafka, startApacheKafka } from './apache-kafka.ts';
import { freePort } from './broker-under-test.ts';
import { PlatformaticClient } from './clients/platformatic-client.ts';
import { KafkaTools } from './kafka-tools.ts';
import { inTime, PATIENCE_MS } from './patience.ts';

const patiently = { timeout: PATIENCE_MS, interval: 200 };

let tools: KafkaTools;
let kafka: ApacheKafka;
let folder: string;
let console: RunningConsole;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'odradek-sasl-'));
  await makeCertificate(folder);
  const saslPort = await freePort();
  tools = new KafkaTools();
  kafka = await startApacheKafka(tools, securedBy(folder, saslPort));
  await permitWatching(tools, kafka.bootstrap);
  await writeFile(join(folder, 'clusters.yaml'), clustersAt(saslPort));
  console = await RunningConsole.start(folder);
});

afterAll(async () => {
  await console?.stop();
  await kafka?.close();
  await tools?.close();
  await rm(folder, { recursive: true, force: true });
});

/** A key pair for localhost, and its certificate as the authority to trust. */
async function makeCertificate(folder: string): Promise<void> {
  const keytool = (...args: string[]) =>
    promisify(execFile)('keytool', [
      ...args,
      '-keystore',
      join(folder, 'broker.p12'),
      '-storepass',
      'secret',
    ]);
  await keytool(
    ...['-genkeypair', '-alias', 'broker', '-keyalg', 'EC', '-storetype', 'PKCS12', '-validity', '2'],
    ...['-dname', 'CN=localhost', '-ext', 'SAN=dns:localhost'],
  );
  await keytool('-exportcert', '-rfc', '-alias', 'broker', '-file', join(folder, 'ca.pem'));
}

/** A SASL_SSL listener and an authorizer; whoever comes by the plain listener may do everything. */
function securedBy(folder: string, saslPort: number) {
  const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule required';
  return (port: number, controllerPort: number) => ({
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort},SASL_SSL://127.0.0.1:${saslPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port},SASL_SSL://localhost:${saslPort}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL',
    'inter.broker.listener.name': 'PLAINTEXT',
    'sasl.enabled.mechanisms': 'PLAIN',
    'listener.name.sasl_ssl.plain.sasl.jaas.config': `${plain} user_admin="admin-secret" user_watcher="watcher-secret";`,
    'ssl.keystore.location': join(folder, 'broker.p12'),
    'ssl.keystore.password': 'secret',
    'ssl.keystore.type': 'PKCS12',
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:admin;User:ANONYMOUS',
  });
}

/** The watcher may describe everything and read nothing, the offsets topic included. */
async function permitWatching(tools: KafkaTools, bootstrap: string): Promise<void> {
  const add = ['--bootstrap-server', bootstrap, '--add', '--allow-principal', 'User:watcher'];
  const describing = [...add, '--operation', 'Describe'];
  for (const resource of [['--topic', '*', '--group', '*'], ['--cluster']]) {
    await tools.run('org.apache.kafka.tools.AclCommand', [...describing, ...resource]);
  }
}

function clustersAt(port: number): string {
  const cluster = (name: string, user: string, env: string, tls = '{ ca: ca.pem }') =>
    `  - { name: ${name}, bootstrap: ["localhost:${port}"], tls: ${tls}, sasl: { mechanism: PLAIN, username: ${user}, password: { env: ${env} } } }\n`;
  return [
    'clusters:\n',
    cluster('admin', 'admin', 'ADMIN_PASSWORD'),
    cluster('watcher', 'watcher', 'WATCHER_PASSWORD'),
    cluster('wrong-password', 'admin', 'WATCHER_PASSWORD'),
    cluster('untrusted', 'admin', 'ADMIN_PASSWORD', '{}'),
    `  - { name: no-user, bootstrap: ["localhost:${port}"], tls: { ca: ca.pem } }\n`,
  ].join('');
}

/** `bin/odradek console` for the clusters of the folder, asked as a page would. */
class RunningConsole {
  readonly #child: ChildProcess;
  readonly #url: string;
  readonly #token: string;

  private constructor(child: ChildProcess, url: string, token: string) {
    this.#child = child;
    this.#url = url;
    this.#token = token;
  }

  static async start(folder: string): Promise<RunningConsole> {
    const child = spawn(
      resolve(import.meta.dirname, '../../bin/odradek'),
      [
        ...['console', '--json', '--config', join(folder, 'clusters.yaml'), '--port', '0'],
        ...['--data', join(folder, 'console'), '--sample-interval', '1s'],
      ],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, ADMIN_PASSWORD: 'admin-secret', WATCHER_PASSWORD: 'watcher-secret' },
      },
    );
    const { promise, resolve: ready, reject } = Promise.withResolvers<{ console: string }>();
    createInterface({ input: child.stdout }).once('line', (line) => ready(JSON.parse(line)));
    child.once('exit', (code) => reject(new Error(`odradek console ended with ${code}`)));
    const { console: url } = await inTime('the console is ready', promise);
    const token = await readFile(join(folder, 'console', 'console-token'), 'utf8');
    return new RunningConsole(child, url, token.trim());
  }

  async get(path: string): Promise<unknown> {
    const headers = { authorization: `Bearer ${this.#token}` };
    return (await fetch(this.#url + path, { headers })).json();
  }

  async stop(): Promise<void> {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    this.#child.once('exit', () => end());
    this.#child.kill('SIGTERM');
    await inTime('the console ends upon SIGTERM', ended);
  }
}

async function cluster(name: string) {
  const { clusters } = clusterList.parse(await console.get(paths.clusters()));
  return clusters.find((listed) => listed.name === name);
}

describe('the console on an Apache Kafka with SASL_SSL', () => {
  test('reads commits where it may, polls them where it may not, and sees the same lag', async () => {
    const client = new PlatformaticClient();
    await client.createTopic(kafka.bootstrap, 'orders', 1);
    const records = ['1', '2', '3', '4', '5'].map((value) => ({ key: null, value, headers: {} }));
    await client.produce(kafka.bootstrap, 'orders', 'none', records);
    const admin = new Admin({ clientId: 'e2e', bootstrapBrokers: [kafka.bootstrap] });
    const partitionOffsets = [{ partition: 0, offset: 3n }];
    await admin.alterConsumerGroupOffsets({
      groupId: 'billing',
      topics: [{ name: 'orders', partitionOffsets }],
    });
    await admin.close();
    for (const [name, source, polled] of [
      ['admin', 'offsets-topic', false],
      ['watcher', 'polled', true],
    ] as const) {
      await expect
        .poll(() => cluster(name), patiently)
        .toMatchObject({ state: 'reachable', reason: null, commitSource: source, readOnly: true });
      await expect
        .poll(
          async () => groupDetail.safeParse(await console.get(paths.group(name, 'billing'))).data,
          patiently,
        )
        .toMatchObject({
          totalLag: 2,
          polled,
          partitions: [{ committed: 3, end: 5, lag: 2, verdict: 'STOP' }],
        });
    }
  });

  test.each([
    ['wrong-password', 'sasl'],
    ['no-user', 'sasl'],
    ['untrusted', 'tls'],
  ])('cannot reach %s, for the reason %s', async (name, kind) => {
    await expect
      .poll(() => cluster(name), patiently)
      .toMatchObject({ state: 'unreachable', reason: { kind } });
  });
});
