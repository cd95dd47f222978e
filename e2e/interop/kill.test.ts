import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { javaClassPath, pythonWithClients } from '../tools/workshop.mjs';
import { BrokerProcess } from './broker-process.ts';
import { WireClient } from './differential/wire-client.ts';
import { noteFinding } from './interop-findings.ts';
import { inTime } from './patience.ts';

const KILLS = 20;
/** Records that must have been acknowledged, by each writer, between one kill and the next. */
const BETWEEN_KILLS = 100;

const PRODUCER_CONFIGS = {
  plain: { acks: '1', 'reconnect.backoff.max.ms': '100' },
  idempotent: {
    acks: 'all',
    'reconnect.backoff.max.ms': '100',
    'enable.idempotence': 'true',
    retries: '1000000',
  },
} as const;

const folder = mkdtempSync(join(tmpdir(), 'odradek-kill-'));
const driver = `${import.meta.dirname}/clients/writing_driver.py`;

/** A client that writes 0, 1, 2 … to a topic as long as it runs, and says what was acknowledged. */
interface WriterCase {
  readonly name: string;
  readonly topic: string;
  /** Whether each record is to be there once. */
  readonly isIdempotent: boolean;
  readonly command: (bootstrap: string, topic: string) => readonly [string, ...string[]];
}

const cases: readonly WriterCase[] = [
  {
    name: 'librdkafka, acks=1',
    topic: 'from-librdkafka',
    isIdempotent: false,
    command: (bootstrap, topic) => [pythonWithClients(), driver, bootstrap, topic, 'plain', '0'],
  },
  {
    name: 'librdkafka, idempotent',
    topic: 'from-librdkafka-idempotent',
    isIdempotent: true,
    command: (bootstrap, topic) => [pythonWithClients(), driver, bootstrap, topic, 'idempotent', '0'],
  },
  {
    name: "Kafka's VerifiableProducer, acks=1",
    topic: 'from-verifiable-producer',
    isIdempotent: false,
    command: (bootstrap, topic) => verifiableProducer(bootstrap, topic, configFile('plain')),
  },
  {
    name: "Kafka's VerifiableProducer, idempotent",
    topic: 'from-verifiable-producer-idempotent',
    isIdempotent: true,
    command: (bootstrap, topic) => verifiableProducer(bootstrap, topic, configFile('idempotent')),
  },
];

function configFile(kind: keyof typeof PRODUCER_CONFIGS): string {
  const file = join(folder, `${kind}.properties`);
  const lines = Object.entries(PRODUCER_CONFIGS[kind]).map(([key, value]) => `${key}=${value}\n`);
  writeFileSync(file, lines.join(''));
  return file;
}

/**
 * Under an idempotent producer each append waits for its sync, so that a kill finds records that are written and not
 * acknowledged: these are sent again.
 */
async function createTopics(): Promise<void> {
  const wire = new WireClient(broker.bootstrap);
  const topics = cases.map(({ topic, isIdempotent }) => ({
    ...{ name: topic, numPartitions: 1, replicationFactor: 1, assignments: [] },
    configs: isIdempotent ? [{ name: 'flush.messages', value: '1' }] : [],
  }));
  const answer = await wire.send('CreateTopics', 7, { topics, timeoutMs: 10_000, validateOnly: false });
  wire.close();
  expect(JSON.stringify(answer)).not.toMatch(/"errorCode":[^0]/);
}

let broker: BrokerProcess;
let writers: readonly Writer[];
const startedMs = performance.now();

beforeAll(async () => {
  broker = await BrokerProcess.prepare();
  await broker.start();
  await createTopics();
  writers = cases.map((writerCase) => new Writer(writerCase, broker.bootstrap));
  for (const writer of writers) await writer.hasTold(BETWEEN_KILLS);
  for (let kill = 0; kill < KILLS; kill++) {
    const told = writers.map((writer) => writer.acknowledged.length);
    await broker.end('SIGKILL');
    await broker.start();
    for (const [index, writer] of writers.entries()) await writer.hasTold((told[index] ?? 0) + BETWEEN_KILLS);
  }
  for (const writer of writers) await writer.end();
}, 600_000);

afterAll(async () => {
  for (const writer of writers ?? []) await writer.end();
  await broker?.close();
  rmSync(folder, { recursive: true, force: true });
});

test.each(cases)(
  `kill -9 of the broker ${KILLS} times under $name`,
  async ({ name, topic, isIdempotent }) => {
    const writer = writers.find((candidate) => candidate.topic === topic);
    const acknowledged = writer?.acknowledged ?? [];
    const read = readValues(broker.bootstrap, topic);
    const valueAt = new Map(read.map(({ offset, value }) => [offset, value]));
    const wrong = acknowledged.filter(({ offset, value }) => valueAt.get(offset) !== value);
    expect(wrong, 'acknowledged, and not what lies at the offset').toEqual([]);
    // Offsets of what was acknowledged rise as the values do: in order.
    const byOffset = acknowledged.toSorted((left, right) => left.offset - right.offset);
    expect(byOffset.map(({ value }) => value)).toEqual(
      byOffset.map(({ value }) => value).toSorted((a, b) => a - b),
    );
    expect(acknowledged.length).toBeGreaterThan(KILLS * BETWEEN_KILLS);
    const repeated = read.length - new Set(read.map(({ value }) => value)).size;
    if (isIdempotent) expect(repeated, 'records that are there more than once').toBe(0);
    const found = `every acknowledged record, in order${isIdempotent ? ', once' : ''}`;
    await noteFinding({
      judge: name,
      asked: `${KILLS} times \`kill -9\` of the broker while it writes`,
      found,
    });
    const seconds = Math.round((performance.now() - startedMs) / 1000);
    const counts = `${acknowledged.length} acknowledged, ${read.length} written, ${repeated} repeated`;
    console.log(`${name}: ${counts}, ${KILLS} kills, ${seconds} s`);
  },
);

interface Acknowledged {
  readonly value: number;
  readonly offset: number;
}

class Writer {
  readonly topic: string;
  /** In the order in which the client told of them. */
  readonly acknowledged: Acknowledged[] = [];
  readonly #child: ChildProcess;
  readonly #told = new EventEmitter();
  #stderr = '';

  constructor({ topic, command }: WriterCase, bootstrap: string) {
    this.topic = topic;
    const [program, ...args] = command(bootstrap, topic);
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-4_000);
    });
    if (this.#child.stdout === null) throw new Error('the writer has no standard output');
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#take(line));
    this.#child.once('exit', () => this.#told.emit('told'));
  }

  #take(line: string): void {
    const { name, value, offset } = JSON.parse(line) as { name: string; value?: string; offset?: number };
    if (name !== 'producer_send_success' || value === undefined || offset === undefined) return;
    this.acknowledged.push({ value: Number(value), offset });
    this.#told.emit('told');
  }

  /** Resolves when so many records were acknowledged. */
  async hasTold(count: number): Promise<void> {
    const told = async () => {
      while (this.acknowledged.length < count) {
        if (this.#child.exitCode !== null)
          throw new Error(`the writer of ${this.topic} ended:\n${this.#stderr}`);
        await once(this.#told, 'told');
      }
    };
    await inTime(
      `${this.topic} has ${count} acknowledged records`,
      told(),
      () => `it has ${this.acknowledged.length}\n${this.#stderr}`,
    );
  }

  /** Has it end in order: what it has sent is acknowledged first. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.stdin?.end();
    this.#child.kill('SIGTERM');
    await ended;
  }
}

/** Every record of partition 0, as kcat reads it. */
function readValues(bootstrap: string, topic: string): Acknowledged[] {
  const args = [
    '-b',
    bootstrap,
    '-C',
    '-t',
    topic,
    '-p',
    '0',
    '-o',
    'beginning',
    '-e',
    '-q',
    '-f',
    '%o %s\\n',
  ];
  const { stdout } = spawnSync('kcat', args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' ').map(Number))
    .map(([offset = -1, value = -1]) => ({ offset, value }));
}

/** `kafka-verifiable-producer.sh`; by itself it neither retries nor is idempotent. */
function verifiableProducer(
  bootstrap: string,
  topic: string,
  config: string,
): readonly [string, ...string[]] {
  const jvm = ['-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', javaClassPath('kafka')];
  const tool = 'org.apache.kafka.tools.VerifiableProducer';
  const settings = ['--bootstrap-server', bootstrap, '--topic', topic, '--throughput', '2000'];
  return ['java', ...jvm, tool, ...settings, '--command-config', config];
}
