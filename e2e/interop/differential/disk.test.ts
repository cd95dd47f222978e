import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApacheKafka, startApacheKafka } from '../apache-kafka.ts';
import { type BrokerUnderTest, startOdradek } from '../broker-under-test.ts';
import { KafkaTools } from '../kafka-tools.ts';
import { until } from '../patience.ts';
import { batch, listBody, produceBody } from './batches.ts';
import { createTopic } from './differential-case.ts';
import { configure, type DiskCase, diskCases } from './disk-cases.ts';
import { checkpointed, partitionFiles } from './partition-directory.ts';
import { producersOf } from './producer-cases.ts';
import { WireClient } from './wire-client.ts';

/** Retention looks every 200 ms; what it deletes stays under its new name for as long as the test runs. */
const SETTINGS = {
  'log.initial.task.delay.ms': '100',
  'log.retention.check.interval.ms': '200',
  'log.flush.start.offset.checkpoint.interval.ms': '200',
  'log.segment.delete.delay.ms': '600000',
  'log.cleaner.backoff.ms': '200',
  'producer.id.expiration.check.interval.ms': '200',
};

const tools = new KafkaTools();
let oracle: ApacheKafka;
let odradek: BrokerUnderTest;
let logDirectory: string;

beforeAll(async () => {
  [oracle, odradek] = await Promise.all([
    startApacheKafka(tools, SETTINGS),
    startOdradek({ settings: SETTINGS }),
  ]);
  const found = await readdir(odradek.dataDirectory, { recursive: true });
  const metadata = found.find((name) => name.endsWith('__cluster_metadata-0')) ?? '';
  logDirectory = join(odradek.dataDirectory, metadata, '..');
});

afterAll(async () => {
  await odradek?.close();
  await tools.close();
  await oracle?.close();
});

describe('after the same traffic to Apache Kafka 4.3.1 and to Odradek the same lies on the disk', () => {
  test.each(diskCases.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    const [theirs, ours] = await Promise.all([
      outcome(oracle.bootstrap, join(oracle.folder, 'data'), one),
      outcome(odradek.bootstrap, logDirectory, one),
    ]);
    expect(theirs.deleted).toBe(one.deleted);
    expect(ours).toEqual(theirs);
  });
});

test('producers are forgotten when producer.id.expiration.ms, as it is by then, has passed', async () => {
  const [theirs, ours] = await Promise.all([oracle, odradek].map(({ bootstrap }) => expiry(bootstrap)));
  expect(theirs).toEqual({ known: 1, refused: 45, forgotten: 0, taken: 0, knownAgain: 1 });
  expect(ours).toEqual(theirs);
});

/** How many producers are known, and what a batch out of order is answered, before and after they expire. */
async function expiry(bootstrap: string): Promise<object> {
  const client = new WireClient(bootstrap);
  const topic = 'expiring-producers';
  const producer = { producerId: 7_200_000, producerEpoch: 0, timestamp: Date.now() };
  const append = async (sequence: number) => {
    const answer = await client.send('Produce', 9, produceBody(topic, batch({ ...producer, sequence })));
    return Number(JSON.stringify(answer).match(/"errorCode":(\d+)/)?.[1]);
  };
  const known = async () => JSON.stringify(await producersOf(client, topic)).split('"producerId"').length - 1;
  try {
    await createTopic(client, topic);
    await append(0);
    const before = { known: await known(), refused: await append(9) };
    await expireAfter(client, '1');
    await until('no producer is known', async () => (await known()) === 0);
    await expireAfter(client, '86400000');
    // What has just been forgotten may have been heard of again before the broker knew of the longer time.
    let taken = await append(9);
    await until('a producer is known', async () => {
      if ((await known()) > 0) return true;
      taken = await append(9);
      return false;
    });
    return { ...before, forgotten: 0, taken, knownAgain: await known() };
  } finally {
    client.close();
  }
}

async function expireAfter(client: WireClient, ms: string): Promise<void> {
  await client.send('IncrementalAlterConfigs', 1, {
    resources: [
      {
        resourceType: 4,
        resourceName: '',
        configs: [{ name: 'producer.id.expiration.ms', configOperation: 0, value: ms }],
      },
    ],
    validateOnly: false,
  });
}

interface Outcome {
  readonly files: Readonly<Record<string, string>> | readonly string[];
  readonly deleted: number;
  readonly logStartOffset: unknown;
  readonly checkpointed: readonly string[];
}

async function outcome(bootstrap: string, directory: string, one: DiskCase): Promise<Outcome> {
  const client = new WireClient(bootstrap);
  const { topic } = one;
  try {
    await createTopic(client, topic, { configs: one.configs });
    await one.run(client, topic);
    if (one.retention !== undefined) await configure(client, topic, one.retention);
    const names = () => readdir(join(directory, `${topic}-0`));
    await until(
      `${one.deleted} segments of ${topic} are deleted`,
      async () => countDeleted(await names()) >= one.deleted,
      { saw: async () => (await names()).join(' ') },
    );
    // Whoever deletes too much has the time to do it.
    await retentionPasses(client, `${topic}-passes-1`);
    await retentionPasses(client, `${topic}-passes-2`);
    const files = await partitionFiles(directory, `${topic}-0`);
    return {
      files: one.hasOwnTimes ? Object.keys(files) : files,
      deleted: countDeleted(Object.keys(files)),
      logStartOffset: await client.send('ListOffsets', 7, listBody(topic, 0, -2)),
      checkpointed: await checkpointed(directory, 'log-start-offset-checkpoint', topic),
    };
  } finally {
    client.close();
  }
}

function countDeleted(names: readonly string[]): number {
  return names.filter((name) => name.endsWith('.log.deleted')).length;
}

/** Resolves when retention has looked at a topic that was made after everything else. */
async function retentionPasses(client: WireClient, topic: string): Promise<void> {
  await createTopic(client, topic, { configs: { 'retention.ms': '1' } });
  await client.send('Produce', 9, produceBody(topic, batch({})));
  await until(`retention deletes from ${topic}`, async () => {
    const answer = await client.send('ListOffsets', 7, listBody(topic, 0, -2));
    return JSON.stringify(answer).includes('"offset":2');
  });
}
