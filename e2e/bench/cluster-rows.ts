import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { WireClient } from '../interop/differential/wire-client.ts';
import type { KafkaTools } from '../interop/kafka-tools.ts';
import { latencyOf, producedOf } from './client-rows.ts';
import { BROKERS, prepareCluster, startClusterContender } from './cluster-contender.ts';
import type { Contender, ContenderName } from './contender.ts';
import { cpuSeconds, largestResidentMegabytes, residentMegabytes } from './process-usage.ts';
import { each, type Measurement, onEach, type Row, seconds } from './row.ts';

/** Three brokers, from `up` until each of them names all three to a client from outside. */
export const start3: Row = {
  name: 'start3',
  pairs: 5,
  contenders: 'clusters',
  keepsRunning: false,
  budgets: [
    { quantity: 'start of three on a new directory, ms', kind: 'at most', bound: 1_000 },
    { quantity: 'start of three on an old directory, ms', kind: 'at most', bound: 1_000 },
  ],
  measure: ({ tools, order }) =>
    each(order, async (name) => {
      const folder = await prepareCluster(name, tools);
      const first = await folder.start();
      await createTopic(first, 'old', 12);
      await untilEvery(first, { names: ['old'], partitions: 12 }, isInSync);
      await first.stop();
      const second = await folder.start();
      await second.stop();
      await folder.remove();
      return [
        { quantity: 'start of three on a new directory, ms', value: first.startedInMs },
        { quantity: 'start of three on an old directory, ms', value: second.startedInMs },
      ];
    }),
};

/** The largest of three brokers that have nothing to do. */
export const memory3: Row = {
  name: 'memory3',
  pairs: 1,
  contenders: 'clusters',
  keepsRunning: false,
  budgets: [{ quantity: 'largest RSS of three brokers 30 s after ready, MB', kind: 'at most', bound: 70 }],
  measure: ({ tools, order }) =>
    each(order, async (name) => {
      const contender = await startClusterContender(name, tools);
      await seconds(30);
      const value = await largestResidentMegabytes(contender.pids);
      await contender.stop();
      const largest = { quantity: 'largest RSS of three brokers 30 s after ready, MB', value };
      if (name === 'Apache Kafka') return [largest];
      return [largest, { quantity: 'RSS of a Node that does nothing, MB', value: await idleNodeMegabytes() }];
    }),
};

/** What of a broker's memory is Node itself: it depends on how the page cache holds the program's file (ADR 42). */
async function idleNodeMegabytes(): Promise<number> {
  const node = spawn(process.execPath, ['--eval', 'console.log(); setTimeout(() => {}, 60_000)'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(node.stdout, 'data');
  const megabytes = await residentMegabytes(node.pid ?? 0);
  node.kill();
  return megabytes;
}

export const produce3: Row = {
  name: 'produce3',
  pairs: 5,
  contenders: 'clusters',
  keepsRunning: true,
  budgets: [
    { quantity: 'produce3, MB/s', kind: 'ratio at least', bound: 2 },
    { quantity: 'produce3, CPU s/GB of all brokers', kind: 'ratio at most', bound: 0.5 },
  ],
  measure: (contenders) =>
    onEach(contenders, async (tools, contender) => {
      const { megabytesPerSecond, cpuSecondsPerGigabyte } = await producedOf(tools, {
        ...contender,
        replicationFactor: BROKERS,
      });
      return [
        { quantity: 'produce3, MB/s', value: megabytesPerSecond },
        { quantity: 'produce3, CPU s/GB of all brokers', value: cpuSecondsPerGigabyte },
      ];
    }),
};

export const latency3: Row = {
  name: 'latency3',
  pairs: 5,
  contenders: 'clusters',
  keepsRunning: true,
  budgets: [{ quantity: 'p99 of three at 3,000 rec/s, ms', kind: 'ratio at most', bound: 0.5 }],
  measure: (contenders) =>
    onEach(contenders, async (tools, contender) => {
      const { p99Ms, meanMs } = await latencyOf(tools, { ...contender, replicationFactor: BROKERS });
      return [
        { quantity: 'p99 of three at 3,000 rec/s, ms', value: p99Ms },
        { quantity: 'mean of three at 3,000 rec/s, ms', value: meanMs },
      ];
    }),
};

const TOPIC_ALREADY_EXISTS = 36;

const TOPICS = 10;
const PARTITIONS_EACH = 1_000;
const MANY: Topics = {
  names: Array.from({ length: TOPICS }, (_, index) => `many-${index}`),
  partitions: TOPICS * PARTITIONS_EACH,
};
const IDLE_SECONDS = 20;

/** Ten thousand partitions with three replicas; the budgets are absolute, so Apache Kafka is not measured. */
export const partitions3: Row = {
  name: 'partitions3',
  pairs: 1,
  contenders: 'clusters',
  keepsRunning: false,
  budgets: [
    { quantity: '10,000 partitions: start until metadata is ready, ms', kind: 'at most', bound: 5_000 },
    { quantity: '10,000 partitions: largest RSS of three brokers, MB', kind: 'at most', bound: 250 },
    { quantity: '10,000 partitions: most file handles of three brokers', kind: 'at most', bound: 4_096 },
    { quantity: '10,000 partitions: idle CPU of the busiest broker, % of a core', kind: 'at most', bound: 5 },
  ],
  measure: async ({ tools }) => ({
    'Apache Kafka': [],
    Odradek: await measurePartitions3('Odradek', tools),
  }),
};

async function measurePartitions3(name: ContenderName, tools: KafkaTools): Promise<readonly Measurement[]> {
  const folder = await prepareCluster(name, tools);
  const first = await folder.start();
  const began = performance.now();
  for (const name of MANY.names) await createTopic(first, name, PARTITIONS_EACH);
  await untilEvery(first, MANY, isInSync);
  const createdInMs = performance.now() - began;
  await first.stop();
  const restarted = performance.now();
  const second = await folder.start();
  await untilEvery(second, MANY, isLed);
  const readyInMs = performance.now() - restarted;
  await untilEvery(second, MANY, isInSync);
  await seconds(30);
  const resident = await largestResidentMegabytes(second.pids);
  const handles = await Promise.all(
    second.pids.map(async (pid) => (await readdir(`/proc/${pid}/fd`)).length),
  );
  const before = await Promise.all(second.pids.map(cpuSeconds));
  await seconds(IDLE_SECONDS);
  const after = await Promise.all(second.pids.map(cpuSeconds));
  const idle = after.map((used, index) => ((used - (before[index] ?? 0)) / IDLE_SECONDS) * 100);
  await second.stop();
  await folder.remove();
  return [
    { quantity: '10,000 partitions: made and in sync, ms', value: createdInMs },
    { quantity: '10,000 partitions: start until metadata is ready, ms', value: readyInMs },
    { quantity: '10,000 partitions: largest RSS of three brokers, MB', value: resident },
    { quantity: '10,000 partitions: most file handles of three brokers', value: Math.max(...handles) },
    { quantity: '10,000 partitions: idle CPU of the busiest broker, % of a core', value: Math.max(...idle) },
  ];
}

interface ToldPartition {
  readonly leaderId: number;
  readonly isrNodes: readonly number[];
}

const isLed = ({ leaderId }: ToldPartition) => leaderId >= 0;
const isInSync = (partition: ToldPartition) => isLed(partition) && partition.isrNodes.length === BROKERS;

interface Topics {
  readonly names: readonly string[];
  /** Of all of them. */
  readonly partitions: number;
}

async function createTopic({ bootstrap }: Contender, name: string, numPartitions: number): Promise<void> {
  const client = new WireClient(bootstrap.split(',')[0] ?? '');
  const topics = [{ name, numPartitions, replicationFactor: BROKERS }];
  const answer = await client.send('CreateTopics', 7, { topics, timeoutMs: 60_000 });
  client.close();
  if (!('response' in answer)) throw new Error('the broker closed the connection');
  const [topic] = (answer.response as { topics: { errorCode: number; errorMessage: string | null }[] })
    .topics;
  // A controller that was replaced while it made the topic may have made it.
  if (topic?.errorCode !== 0 && topic?.errorCode !== TOPIC_ALREADY_EXISTS)
    throw new Error(`${name} was not made: ${topic?.errorMessage}`);
}

/** To tell of ten thousand partitions is work, which is not to be most of what a start does. */
const BETWEEN_QUESTIONS_SECONDS = 0.2;

/** Resolves when each broker says so of every partition. */
async function untilEvery(
  { bootstrap }: Contender,
  { names, partitions }: Topics,
  holds: (partition: ToldPartition) => boolean,
): Promise<void> {
  const topics = names.map((name) => ({ name }));
  for (const address of bootstrap.split(',')) {
    const client = new WireClient(address);
    for (;;) {
      const answer = await client.send('Metadata', 12, { topics, allowAutoTopicCreation: false });
      if (!('response' in answer)) throw new Error(`${address} closed the connection`);
      const told = (answer.response as { topics: { partitions: ToldPartition[] }[] }).topics;
      const found = told.flatMap((topic) => topic.partitions);
      if (found.length === partitions && found.every(holds)) break;
      await seconds(BETWEEN_QUESTIONS_SECONDS);
    }
    client.close();
  }
}
