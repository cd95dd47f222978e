import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ApacheKafkaProcess } from './apache-kafka.ts';
import { BrokerProcess } from './broker-process.ts';
import { batch, listBody, produceBody } from './differential/batches.ts';
import { WireClient } from './differential/wire-client.ts';
import { KafkaTools } from './kafka-tools.ts';
import { until } from './patience.ts';

/** A node over two log directories and one for the metadata. */
interface Node {
  readonly bootstrap: string;
  readonly folder: string;
  start(): Promise<void>;
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  close(): Promise<void>;
}

const TOPIC = 'spread';
const PARTITIONS = 4;
/** What Kafka answers for a partition whose log directory is offline. */
const KAFKA_STORAGE_ERROR = 56;

const tools = new KafkaTools();
const folders: string[] = [];
const nodes = new Map<string, Node>();

beforeAll(async () => {
  for (const name of ['Apache Kafka', 'Odradek']) {
    const folder = await mkdtemp(join(tmpdir(), 'odradek-dirs-'));
    folders.push(folder);
    const settings = {
      'log.dirs': `${folder}/one,${folder}/two`,
      'metadata.log.dir': `${folder}/meta`,
      'replica.high.watermark.checkpoint.interval.ms': '500',
    };
    const node =
      name === 'Odradek'
        ? await BrokerProcess.prepare(settings)
        : await ApacheKafkaProcess.format(tools, settings);
    await node.start();
    nodes.set(name, {
      folder,
      bootstrap: node.bootstrap,
      start: () => node.start(),
      end: (signal) => node.end(signal),
      close: () => node.close(),
    });
  }
});

afterAll(async () => {
  for (const node of nodes.values()) await node.close();
  await tools.close();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

/** What happened to each node, step by step, with all that differs by nature taken out. */
async function story(node: Node): Promise<unknown[]> {
  const steps: unknown[] = [];
  const bootstrap = ['--bootstrap-server', node.bootstrap];
  await tools.topics([...bootstrap, '--create', '--topic', TOPIC, '--partitions', `${PARTITIONS}`]);
  const partitions = Array.from({ length: PARTITIONS }, (_, partition) => partition);
  steps.push(await answers(node, partitions));
  steps.push(await logDirs(node));
  const lost = await partitionsIn(node, 'two');
  const kept = await partitionsIn(node, 'one');

  // The directory is no directory any more: the next checkpoint finds that out.
  await rename(`${node.folder}/two`, `${node.folder}/two.away`);
  await writeFile(`${node.folder}/two`, '');
  await offline(node, 'two');
  // The broker knows before the controller does.
  await leaderless(node, lost);
  steps.push(await logDirs(node));
  steps.push(await answers(node, lost), await answers(node, kept));

  await node.end('SIGKILL');
  await node.start();
  steps.push(await logDirs(node));
  steps.push(await answers(node, lost), await answers(node, kept));

  await node.end('SIGKILL');
  await rm(`${node.folder}/two`);
  await rename(`${node.folder}/two.away`, `${node.folder}/two`);
  await node.start();
  steps.push(await logDirs(node));
  steps.push(await answers(node, [...lost, ...kept]));
  return steps;
}

interface DescribedDirectory {
  readonly logDir: string;
  readonly error: string | null;
  readonly partitions: readonly { partition: string; size: number; offsetLag: number; isFuture: boolean }[];
}

/** `kafka-log-dirs.sh --describe`. */
async function describedDirectories(node: Node): Promise<readonly DescribedDirectory[]> {
  const asked = ['--bootstrap-server', node.bootstrap, '--describe', '--topic-list', TOPIC];
  const output = await tools.run('org.apache.kafka.tools.LogDirsCommand', asked);
  const json = output.split('\n').find((line) => line.startsWith('{'));
  return (
    (JSON.parse(json ?? '{}') as { brokers: { logDirs: DescribedDirectory[] }[] }).brokers[0]?.logDirs ?? []
  );
}

/** The directories in order of their names; which partition lies where is each broker's own affair. */
async function logDirs(node: Node) {
  const described = await describedDirectories(node);
  return described
    .map(({ logDir, error, partitions }) => ({
      logDir: logDir.replace(node.folder, ''),
      error,
      partitions: partitions.length,
      hasRecords: partitions.every(({ size }) => size > 0),
      lags: new Set(partitions.map(({ offsetLag }) => offsetLag)),
      areFuture: new Set(partitions.map(({ isFuture }) => isFuture)),
    }))
    .sort((left, right) => (left.logDir < right.logDir ? -1 : 1));
}

async function partitionsIn(node: Node, directory: string): Promise<number[]> {
  const found = (await describedDirectories(node)).find(({ logDir }) => logDir.endsWith(`/${directory}`));
  return (found?.partitions ?? []).map(({ partition }) => Number(partition.slice(TOPIC.length + 1)));
}

/** Resolves when the node says that a directory has failed. */
function offline(node: Node, directory: string): Promise<void> {
  return until(`${directory} is offline`, async () => {
    const found = (await describedDirectories(node)).find(({ logDir }) => logDir.endsWith(`/${directory}`));
    return found !== undefined && found.error !== null;
  });
}

/** Resolves when the metadata names no leader of the partitions. */
async function leaderless(node: Node, partitions: readonly number[]): Promise<void> {
  const client = new WireClient(node.bootstrap);
  try {
    await until('partitions of a directory that is offline have no leaders', async () => {
      const answer = await client.send('Metadata', 12, {
        topics: [{ name: TOPIC }],
        allowAutoTopicCreation: false,
      });
      const described = ('response' in answer && (answer.response as Answer).topics?.[0]?.partitions) || [];
      return partitions.every((index) =>
        described.some(({ partitionIndex, leaderId }) => partitionIndex === index && leaderId === -1),
      );
    });
  } finally {
    client.close();
  }
}

/** What each API says of the partitions: all of them the same. */
async function answers(node: Node, partitions: readonly number[]) {
  const client = new WireClient(node.bootstrap);
  try {
    const all = new Set<string>();
    for (const partition of partitions) all.add(JSON.stringify(await answersFor(client, partition)));
    return [...all].map((one) => JSON.parse(one));
  } finally {
    client.close();
  }
}

/** The responses of the APIs that this test asks, as far as it looks at them. */
interface Answer {
  readonly responses?: readonly AnsweredTopic[];
  readonly topics?: readonly AnsweredTopic[];
}

interface AnsweredTopic {
  readonly partitions?: readonly AnsweredPartition[];
  readonly partitionResponses?: readonly AnsweredPartition[];
}

interface AnsweredPartition {
  readonly errorCode: number;
  readonly partitionIndex?: number;
  readonly leaderId?: number;
  readonly replicaNodes?: readonly number[];
  readonly isrNodes?: readonly number[];
  readonly offlineReplicas?: readonly number[];
}

async function answersFor(client: WireClient, partition: number): Promise<Record<string, unknown>> {
  const ask = async (...request: Parameters<WireClient['send']>): Promise<readonly AnsweredPartition[]> => {
    const answer = await client.send(...request);
    if (!('response' in answer)) return [];
    const { responses, topics } = answer.response as Answer;
    const [topic] = responses ?? topics ?? [];
    return topic?.partitions ?? topic?.partitionResponses ?? [];
  };
  const codeOf = async (...request: Parameters<WireClient['send']>) => (await ask(...request))[0]?.errorCode;
  const all = await ask('Metadata', 12, { topics: [{ name: TOPIC }], allowAutoTopicCreation: false });
  const described = all.find(({ partitionIndex }) => partitionIndex === partition);
  return {
    produce: await codeOf('Produce', 9, produceBody(TOPIC, batch({}), { partition })),
    listOffsets: await codeOf('ListOffsets', 7, listBody(TOPIC, partition, -1)),
    fetch: await codeOf('Fetch', 12, {
      maxWaitMs: 0,
      minBytes: 1,
      topics: [{ topic: TOPIC, partitions: [{ partition, fetchOffset: 0, partitionMaxBytes: 1000 }] }],
    }),
    deleteRecords: await codeOf('DeleteRecords', 2, {
      timeoutMs: 1000,
      topics: [{ name: TOPIC, partitions: [{ partitionIndex: partition, offset: 0 }] }],
    }),
    offsetForLeaderEpoch: await codeOf('OffsetForLeaderEpoch', 4, {
      replicaId: -1,
      topics: [{ topic: TOPIC, partitions: [{ partition, currentLeaderEpoch: -1, leaderEpoch: 0 }] }],
    }),
    metadata: described && {
      errorCode: described.errorCode,
      leaderId: described.leaderId,
      replicaNodes: described.replicaNodes,
      isrNodes: described.isrNodes,
      offlineReplicas: described.offlineReplicas,
    },
  };
}

describe('two log directories, of which one fails and comes back', () => {
  let stories: Map<string, unknown[]>;
  beforeAll(async () => {
    stories = new Map();
    for (const [name, node] of nodes) stories.set(name, await story(node));
  });

  const steps = [
    'both are there: all partitions',
    'both are there: kafka-log-dirs',
    'one has failed: kafka-log-dirs',
    'one has failed: its partitions',
    'one has failed: the other partitions',
    'after a restart without it: kafka-log-dirs',
    'after a restart without it: its partitions',
    'after a restart without it: the other partitions',
    'after a restart with it: kafka-log-dirs',
    'after a restart with it: all partitions',
  ];
  test.each(steps.map((step, index) => [step, index] as const))('%s', (_step, index) => {
    const [kafka, odradek] = ['Apache Kafka', 'Odradek'].map((name) => stories.get(name)?.[index]);
    expect(kafka).toBeDefined();
    expect(odradek).toEqual(kafka);
  });

  test('and what Kafka says there is what is expected', () => {
    const [all, before, failed, lost, kept] = stories.get('Apache Kafka') ?? [];
    expect(all).toMatchObject([{ produce: 0, metadata: { leaderId: 1 } }]);
    expect(before).toMatchObject([
      { error: null, partitions: 2 },
      { error: null, partitions: 2 },
    ]);
    expect(failed).toMatchObject([
      { error: null },
      { error: expect.stringContaining('KafkaStorageException') },
    ]);
    expect(lost).toMatchObject([{ produce: KAFKA_STORAGE_ERROR, fetch: KAFKA_STORAGE_ERROR }]);
    expect(kept).toMatchObject([{ produce: 0, fetch: 0 }]);
  });
});
