import { randomUUID } from 'node:crypto';
import { startOdradek } from '../interop/broker-under-test.ts';
import { WireClient } from '../interop/differential/wire-client.ts';
import type { KafkaTools } from '../interop/kafka-tools.ts';
import { connections } from './connections-row.ts';
import { type Contender, type ContenderName, startContender } from './contender.ts';
import { partitions, recovery } from './log-rows.ts';
import { cpuSeconds, residentMegabytes } from './process-usage.ts';
import { type Contenders, each, type Measurement, type Row, seconds } from './row.ts';

const RECORD_BYTES = 1_000;
const PRODUCED = 400_000;
const PARTITIONS = 6;

const start: Row = {
  name: 'start',
  pairs: 5,
  keepsRunning: false,
  budgets: [{ quantity: 'start to serving, ms', kind: 'at most', bound: 500 }],
  measure: ({ tools, order }) =>
    each(order, async (name) => {
      const contender = await startContender(name, tools);
      await contender.stop();
      return [{ quantity: 'start to serving, ms', value: contender.startedInMs }];
    }),
};

const memory: Row = {
  name: 'memory',
  pairs: 1,
  keepsRunning: false,
  budgets: [
    { quantity: 'broker RSS 30 s after ready, MB', kind: 'at most', bound: 90 },
    { quantity: 'supervisor and console RSS, MB', kind: 'at most', bound: 180 },
  ],
  measure: ({ tools, order }) =>
    each(order, async (name) => {
      const contender = await startContender(name, tools);
      await seconds(30);
      const broker = await residentMegabytes(contender.pid);
      await contender.stop();
      const measured = [{ quantity: 'broker RSS 30 s after ready, MB', value: broker }];
      return name === 'Odradek' ? [...measured, await supervisorMemory()] : measured;
    }),
};

const produce: Row = {
  name: 'produce',
  pairs: 5,
  keepsRunning: true,
  budgets: [
    { quantity: 'produce, MB/s', kind: 'ratio at least', bound: 1 },
    { quantity: 'produce, broker CPU s/GB', kind: 'ratio at most', bound: 1 },
  ],
  measure: ({ tools, order, running }) =>
    each(order, async (name) => {
      const contender = contenderNamed(running, name);
      const topic = await newTopic(tools, contender);
      const before = await cpuSeconds(contender.pid);
      const load = { topic, records: PRODUCED, throughput: -1 };
      const { megabytesPerSecond } = await runProducer(tools, contender, load);
      const cpu = (await cpuSeconds(contender.pid)) - before;
      return [
        { quantity: 'produce, MB/s', value: megabytesPerSecond },
        { quantity: 'produce, broker CPU s/GB', value: cpu / gigabytes(PRODUCED) },
      ];
    }),
};

const consume: Row = {
  name: 'consume',
  pairs: 5,
  keepsRunning: true,
  budgets: [{ quantity: 'consume, MB/s', kind: 'ratio at least', bound: 1 }],
  measure: ({ tools, order, running }) =>
    each(order, async (name) => {
      const contender = contenderNamed(running, name);
      const topic = await topicWithRecords(tools, contender);
      const before = await cpuSeconds(contender.pid);
      const megabytesPerSecond = await runConsumer(tools, contender, topic);
      const cpu = (await cpuSeconds(contender.pid)) - before;
      return [
        { quantity: 'consume, MB/s', value: megabytesPerSecond },
        { quantity: 'consume, broker CPU s/GB', value: cpu / gigabytes(PRODUCED) },
      ];
    }),
};

const latency: Row = {
  name: 'latency',
  pairs: 5,
  keepsRunning: true,
  budgets: [{ quantity: 'p99 at 3,000 rec/s, ms', kind: 'ratio at most', bound: 1 }],
  measure: ({ tools, order, running }) =>
    each(order, async (name) => {
      const contender = contenderNamed(running, name);
      const topic = await newTopic(tools, contender);
      const { p99Ms } = await runProducer(tools, contender, { topic, records: 30_000, throughput: 3_000 });
      return [{ quantity: 'p99 at 3,000 rec/s, ms', value: p99Ms }];
    }),
};

export const rows: readonly Row[] = [
  start,
  memory,
  produce,
  consume,
  latency,
  partitions,
  connections,
  recovery,
];

async function supervisorMemory(): Promise<Measurement> {
  const odradek = await startOdradek({ console: true });
  await seconds(30);
  const value = await residentMegabytes(odradek.supervisorPid);
  await odradek.close();
  return { quantity: 'supervisor and console RSS, MB', value };
}

async function runProducer(
  tools: KafkaTools,
  contender: Contender,
  load: { readonly topic: string; readonly records: number; readonly throughput: number },
): Promise<{ megabytesPerSecond: number; p99Ms: number }> {
  const output = await tools.run('org.apache.kafka.tools.ProducerPerformance', [
    ...[
      '--bootstrap-server',
      contender.bootstrap,
      '--topic',
      load.topic,
      '--num-records',
      String(load.records),
    ],
    ...['--record-size', String(RECORD_BYTES), '--throughput', String(load.throughput)],
    ...['--command-property', 'acks=all', 'batch.size=65536', 'linger.ms=5'],
  ]);
  const total = output.trim().split('\n').at(-1) ?? '';
  const rate = /\(([\d.]+) MB\/sec\)/.exec(total)?.[1];
  const p99 = /(\d+) ms 99th/.exec(total)?.[1];
  if (rate === undefined || p99 === undefined)
    throw new Error(`unexpected output of the perf client:\n${output}`);
  return { megabytesPerSecond: Number(rate), p99Ms: Number(p99) };
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
async function newTopic(tools: KafkaTools, { bootstrap }: Contender): Promise<string> {
  const topic = `bench-${randomUUID()}`;
  const partitions = ['--partitions', String(PARTITIONS)];
  await tools.topics(['--bootstrap-server', bootstrap, '--create', ...partitions, '--topic', topic]);
  await isLed(bootstrap, topic);
  return topic;
}

/**
 * Waits until the broker leads all partitions. Apache Kafka answers a creation before it does: the first batch of a
 * producer that comes too early is refused, the second of its five in flight is taken, and the first is then out of
 * order until the client gives up after two minutes.
 */
async function isLed(bootstrap: string, topic: string): Promise<void> {
  const partitions = Array.from({ length: PARTITIONS }, (_, partitionIndex) => ({
    partitionIndex,
    timestamp: -1,
  }));
  const client = new WireClient(bootstrap);
  for (;;) {
    const answer = await client.send('ListOffsets', 7, { topics: [{ name: topic, partitions }] });
    if ('closed' in answer) throw new Error(`${bootstrap} closed the connection`);
    const { topics } = answer.response as { topics: { partitions: { errorCode: number }[] }[] };
    if (topics.every((led) => led.partitions.every(({ errorCode }) => errorCode === 0))) break;
  }
  client.close();
}

/** The topic that consumers read again and again, filled when it is first asked for. */
async function topicWithRecords(tools: KafkaTools, contender: Contender): Promise<string> {
  const listed = await tools.topics(['--bootstrap-server', contender.bootstrap, '--list']);
  const existing = listed.split('\n').find((name) => name.startsWith('bench-'));
  if (existing !== undefined) return existing;
  const topic = await newTopic(tools, contender);
  await runProducer(tools, contender, { topic, records: PRODUCED, throughput: -1 });
  return topic;
}

function contenderNamed(running: Contenders['running'], name: ContenderName): Contender {
  if (running === null) throw new Error('this row keeps its contenders running');
  return running[name];
}

const gigabytes = (records: number) => (records * RECORD_BYTES) / 1e9;
