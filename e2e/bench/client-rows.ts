import { randomUUID } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { WireClient } from '../interop/differential/wire-client.ts';
import type { KafkaTools } from '../interop/kafka-tools.ts';
import type { Contender } from './contender.ts';
import { cpuSecondsOfAll } from './process-usage.ts';
import { type MeasuredBroker, type Measurement, onEach, type Row, seconds } from './row.ts';

const RECORD_BYTES = 1_000;
const PRODUCED = 800_000;
const PARTITIONS = 6;

/** Where the floor lies above this part of Apache Kafka's CPU, the budget is the floor and a quarter (design, §5). */
const WITHIN_FLOOR = { whereAbove: 0.6, times: 1.25 };

export const produce: Row = {
  name: 'produce',
  pairs: 5,
  keepsRunning: true,
  budgets: [
    { quantity: 'produce, MB/s', kind: 'ratio at least', bound: 1.2 },
    {
      quantity: 'produce, broker CPU s/GB',
      kind: 'ratio at most',
      bound: 0.7,
      floor: WITHIN_FLOOR,
    },
  ],
  measure: (contenders) => onEach(contenders, produced),
  measureFloor: produced,
};

async function produced(tools: KafkaTools, broker: MeasuredBroker): Promise<Measurement[]> {
  const { megabytesPerSecond, cpuSecondsPerGigabyte } = await producedOf(tools, broker);
  return [
    { quantity: 'produce, MB/s', value: megabytesPerSecond },
    { quantity: 'produce, broker CPU s/GB', value: cpuSecondsPerGigabyte },
  ];
}

/**
 * The load of the produce rows, on one broker or several. With R replicas on this machine it comes in R portions, each of
 * which goes before the next: as much lies in the page cache at once as with one. A virtual machine whose free memory is
 * its host's writes some 3 GB as fast as one that owns its memory, and what is beyond that fifteen times as dear.
 */
export async function producedOf(
  tools: KafkaTools,
  broker: MeasuredBroker,
): Promise<{ readonly megabytesPerSecond: number; readonly cpuSecondsPerGigabyte: number }> {
  const { replicationFactor: portions = 1 } = broker;
  const records = Math.ceil(PRODUCED / portions);
  let cpu = 0;
  let secondsPerMegabyte = 0;
  for (let portion = 0; portion < portions; portion += 1) {
    const topic = await newTopic(tools, broker);
    const before = await cpuSecondsOfAll(broker.pids);
    const { megabytesPerSecond } = await runProducer(tools, broker, {
      ...{ topic, records },
      throughput: -1,
      settings: ['batch.size=65536', 'linger.ms=5'],
    });
    cpu += (await cpuSecondsOfAll(broker.pids)) - before;
    secondsPerMegabyte += 1 / megabytesPerSecond / portions;
    await removeTopic(tools, broker, topic);
  }
  return {
    megabytesPerSecond: 1 / secondsPerMegabyte,
    cpuSecondsPerGigabyte: cpu / gigabytes(records * portions),
  };
}

export const consume: Row = {
  name: 'consume',
  pairs: 5,
  keepsRunning: true,
  budgets: [
    { quantity: 'consume, MB/s', kind: 'ratio at least', bound: 1 },
    { quantity: 'consume, broker CPU s/GB', kind: 'ratio at most', bound: 1.3 },
  ],
  measure: (contenders) =>
    onEach(contenders, async (tools, contender) => {
      const topic = await topicWithRecords(tools, contender);
      const before = await cpuSecondsOfAll(contender.pids);
      const megabytesPerSecond = await runConsumer(tools, contender, topic);
      const cpu = (await cpuSecondsOfAll(contender.pids)) - before;
      return [
        { quantity: 'consume, MB/s', value: megabytesPerSecond },
        { quantity: 'consume, broker CPU s/GB', value: cpu / gigabytes(PRODUCED) },
      ];
    }),
};

export const latency: Row = {
  name: 'latency',
  pairs: 5,
  keepsRunning: true,
  budgets: [{ quantity: 'p99 at 3,000 rec/s, ms', kind: 'ratio at most', bound: 0.5 }],
  measure: (contenders) => onEach(contenders, paced),
  measureFloor: paced,
};

async function paced(tools: KafkaTools, broker: MeasuredBroker): Promise<Measurement[]> {
  const { p99Ms, meanMs } = await latencyOf(tools, broker);
  return [
    { quantity: 'p99 at 3,000 rec/s, ms', value: p99Ms },
    { quantity: 'mean at 3,000 rec/s, ms', value: meanMs },
  ];
}

/**
 * The load of the latency rows. The client does not linger: with `linger.ms=5` five of its milliseconds would be its own
 * waiting.
 */
export async function latencyOf(
  tools: KafkaTools,
  broker: MeasuredBroker,
): Promise<{ readonly p99Ms: number; readonly meanMs: number }> {
  const topic = await newTopic(tools, broker);
  const load = { topic, records: 18_000, throughput: 3_000, settings: ['linger.ms=0'] };
  const { p99Ms, meanMs } = await runProducer(tools, broker, load);
  await removeTopic(tools, broker, topic);
  return { p99Ms, meanMs };
}

const SMALL = 60_000;

export const small: Row = {
  name: 'small',
  pairs: 5,
  keepsRunning: true,
  budgets: [],
  measure: (contenders) => onEach(contenders, producedOneByOne),
  measureFloor: producedOneByOne,
};

async function producedOneByOne(tools: KafkaTools, broker: MeasuredBroker): Promise<Measurement[]> {
  const topic = await newTopic(tools, broker);
  const before = await cpuSecondsOfAll(broker.pids);
  const { recordsPerSecond } = await runProducer(tools, broker, {
    topic,
    records: SMALL,
    throughput: -1,
    settings: ['batch.size=0', 'linger.ms=0'],
  });
  const cpu = (await cpuSecondsOfAll(broker.pids)) - before;
  await removeTopic(tools, broker, topic);
  return [
    { quantity: 'small, batches of one record/s', value: recordsPerSecond },
    { quantity: 'small, broker CPU µs/batch', value: (cpu / SMALL) * 1e6 },
  ];
}

/** One record of letters; the client would else spend most of its time on drawing each letter of each record. */
const PAYLOAD_FILE = join(tmpdir(), `odradek-bench-payload-${process.pid}`);
writeFileSync(
  PAYLOAD_FILE,
  Uint8Array.from({ length: RECORD_BYTES }, (_, index) => 65 + ((index * 7) % 26)),
);
process.once('exit', () => rmSync(PAYLOAD_FILE, { force: true }));

interface ProducerOutcome {
  readonly recordsPerSecond: number;
  readonly megabytesPerSecond: number;
  readonly meanMs: number;
  readonly p99Ms: number;
}

async function runProducer(
  tools: KafkaTools,
  { bootstrap }: MeasuredBroker,
  load: {
    readonly topic: string;
    readonly records: number;
    readonly throughput: number;
    readonly settings: readonly string[];
  },
): Promise<ProducerOutcome> {
  const output = await tools.run('org.apache.kafka.tools.ProducerPerformance', [
    ...['--bootstrap-server', bootstrap, '--topic', load.topic, '--num-records', String(load.records)],
    ...['--payload-file', PAYLOAD_FILE, '--throughput', String(load.throughput)],
    ...['--command-property', 'acks=all', ...load.settings],
  ]);
  const total = output.trim().split('\n').at(-1) ?? '';
  const found = (pattern: RegExp) => Number(pattern.exec(total)?.[1]);
  const outcome = {
    recordsPerSecond: found(/([\d.]+) records\/sec/),
    megabytesPerSecond: found(/\(([\d.]+) MB\/sec\)/),
    meanMs: found(/([\d.]+) ms avg/),
    p99Ms: found(/(\d+) ms 99th/),
  };
  if (Object.values(outcome).some(Number.isNaN))
    throw new Error(`unexpected output of the perf client:\n${output}`);
  // A client that gave records up was not measured.
  if (!total.startsWith(`${load.records} records sent`) || /Exception/.test(output))
    throw new Error(`records were refused:\n${output}`);
  return outcome;
}

async function runConsumer(tools: KafkaTools, contender: Contender, topic: string): Promise<number> {
  const output = await tools.run('org.apache.kafka.tools.ConsumerPerformance', [
    ...['--bootstrap-server', contender.bootstrap, '--topic', topic, '--num-records', String(PRODUCED)],
    ...['--timeout', '30000'],
  ]);
  const lines = output.trim().split('\n');
  const names = (lines.find((line) => line.startsWith('start.time')) ?? '').split(', ');
  const values = (lines.at(-1) ?? '').split(', ');
  const column = (name: string) => Number(values[names.indexOf(name)]);
  // The tool's own MB/sec counts the time in which it joined the group.
  const megabytesPerSecond = column('fetch.MB.sec');
  if (!Number.isFinite(megabytesPerSecond))
    throw new Error(`unexpected output of the perf client:\n${output}`);
  return megabytesPerSecond;
}

/** Makes a topic of six partitions under a name of its own; all go with the contender's folder at the end. */
async function newTopic(tools: KafkaTools, broker: MeasuredBroker): Promise<string> {
  const { bootstrap, makesTopics, replicationFactor = 1 } = broker;
  const topic = `bench-${randomUUID()}`;
  if (makesTopics) return topic;
  const partitions = ['--partitions', String(PARTITIONS), '--replication-factor', String(replicationFactor)];
  await tools.topics(['--bootstrap-server', bootstrap, '--create', ...partitions, '--topic', topic]);
  await isLed(bootstrap, topic);
  return topic;
}

/**
 * What was measured goes: page cache that grows by gigabytes costs every broker more and more, and on a virtual machine
 * more than all else, for its memory comes from the host page by page.
 */
async function removeTopic(
  tools: KafkaTools,
  { bootstrap, makesTopics, folder }: MeasuredBroker,
  topic: string,
): Promise<void> {
  if (makesTopics) return;
  await tools.topics(['--bootstrap-server', bootstrap, '--delete', '--topic', topic]);
  if (folder !== undefined) await filesAreGone(folder, topic);
}

/** Apache Kafka removes nothing in the first half minute after its start. */
const REMOVAL_SECONDS = 120;

/** A deletion is answered long before; the next to be measured is not to share the machine with the rest of it. */
async function filesAreGone(folder: string, topic: string): Promise<void> {
  const deadline = performance.now() + REMOVAL_SECONDS * 1_000;
  for (;;) {
    // What goes while it is listed fails the listing.
    const paths = await readdir(folder, { recursive: true }).catch(() => null);
    if (paths?.every((path) => !basename(path).startsWith(topic))) return;
    if (performance.now() > deadline) throw new Error(`${topic} is still there after ${REMOVAL_SECONDS} s`);
    await seconds(0.05);
  }
}

/**
 * Waits until each partition is led by a broker that knows it. Apache Kafka answers a creation before that: the first
 * batch of a producer that comes too early is refused, the second of its five in flight is taken, and the first is then
 * out of order until the client gives up after two minutes.
 */
async function isLed(bootstrap: string, topic: string): Promise<void> {
  const partitions = Array.from({ length: PARTITIONS }, (_, partitionIndex) => ({
    partitionIndex,
    timestamp: -1,
  }));
  const led = new Set<number>();
  const clients = bootstrap.split(',').map((address) => new WireClient(address));
  while (led.size < PARTITIONS) {
    for (const client of clients) {
      const answer = await client.send('ListOffsets', 7, { topics: [{ name: topic, partitions }] });
      if ('closed' in answer) throw new Error(`one of ${bootstrap} closed the connection`);
      const { topics } = answer.response as {
        topics: { partitions: { partitionIndex: number; errorCode: number }[] }[];
      };
      for (const { partitionIndex, errorCode } of topics.flatMap((asked) => asked.partitions)) {
        if (errorCode === 0) led.add(partitionIndex);
      }
    }
  }
  for (const client of clients) client.close();
}

/** The topic that consumers read again and again, filled when it is first asked for. */
async function topicWithRecords(tools: KafkaTools, contender: Contender): Promise<string> {
  const listed = await tools.topics(['--bootstrap-server', contender.bootstrap, '--list']);
  const existing = listed.split('\n').find((name) => name.startsWith('bench-'));
  if (existing !== undefined) return existing;
  const topic = await newTopic(tools, contender);
  await runProducer(tools, contender, { topic, records: PRODUCED, throughput: -1, settings: [] });
  return topic;
}

const gigabytes = (records: number) => (records * RECORD_BYTES) / 1e9;
