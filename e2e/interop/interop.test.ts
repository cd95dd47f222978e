import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { javaClassPath, pythonWithClients } from '../tools/workshop.mjs';
import { startApacheKafka } from './apache-kafka.ts';
import { startOdradek } from './broker-under-test.ts';
import { ConsoleToolsClient } from './clients/console-tools-client.ts';
import type { Codec, InteropClient, ReadRecord, SentRecord } from './clients/interop-client.ts';
import { KafkaJsClient } from './clients/kafkajs-client.ts';
import { KcatClient } from './clients/kcat-client.ts';
import { PlatformaticClient } from './clients/platformatic-client.ts';
import { ScriptedClient } from './clients/scripted-client.ts';
import { InteropTable } from './interop-table.ts';
import { KafkaTools } from './kafka-tools.ts';
import { found } from './patience.ts';

const everyCodec: readonly Codec[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];
const drivers = `${import.meta.dirname}/clients`;

const tools = new KafkaTools();
const javaClient = new ScriptedClient({
  name: 'Java clients',
  codecs: everyCodec,
  command: ['java', '-Xmx256m', '-XX:+UseSerialGC', '-cp', javaClassPath('clients'), 'ClientDriver'],
});
const newConfluent = new ScriptedClient({
  name: 'confluent-kafka (PyPI)',
  codecs: everyCodec,
  command: [pythonWithClients(), `${drivers}/confluent_kafka_driver.py`],
});
const clients: readonly InteropClient[] = [
  new KcatClient(),
  new ConsoleToolsClient(tools),
  javaClient,
  newConfluent,
  new ScriptedClient({
    name: 'confluent-kafka (Debian)',
    codecs: everyCodec,
    command: ['/usr/bin/python3', `${drivers}/confluent_kafka_driver.py`],
  }),
  new ScriptedClient({
    name: 'kafka-python',
    codecs: everyCodec,
    command: [pythonWithClients(), `${drivers}/kafka_python_driver.py`],
  }),
  new KafkaJsClient(),
  new PlatformaticClient(),
];

const table = new InteropTable();
/** What everyone writes to and reads from: codecs that every client can read, and those that KafkaJS cannot. */
const sharedTopics = [
  { topic: 'written-by-everyone', codecs: ['none', 'gzip'] },
  { topic: 'written-with-every-codec', codecs: ['snappy', 'lz4', 'zstd'] },
] as const satisfies readonly { topic: string; codecs: readonly Codec[] }[];
let broker: { readonly bootstrap: string; close(): Promise<void> };
/** The same suite against Apache Kafka tells a client's own fault from ours. */
const againstOracle = process.env.ODRADEK_INTEROP_ORACLE === '1';

beforeAll(async () => {
  broker = againstOracle ? await startApacheKafka(tools) : await startOdradek({ brokers: 3 });
  for (const { topic } of sharedTopics)
    await new PlatformaticClient().createTopic(broker.bootstrap, topic, 3);
});

afterAll(async () => {
  if (!againstOracle) await table.write();
  await Promise.all([...clients.map((client) => client.close()), tools.close(), broker?.close()]);
});

describe.each(clients.map((client) => [client.name, client] as const))('%s', (name, client) => {
  const topic = `of-${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`;
  const written: SentRecord[] = client.codecs.flatMap((codec) => recordsOf(name, codec, 4));
  const half = Math.floor(written.length / 2);
  const readBefore: ReadRecord[] = [];

  test('creates a topic', async () => {
    await client.createTopic(broker.bootstrap, topic, 2);
    const described = await descriptionOf(topic);
    expect(described).toContain(`Topic: ${topic}`);
    table.passed(client, await client.version(), 'create topic');
  });

  test.each(client.codecs)('produces with compression %s', async (codec) => {
    const records = written.filter((record) => record.headers?.codec === codec);
    await client.produce(broker.bootstrap, topic, codec, records);
    for (const shared of sharedTopics) {
      if (writes(shared.codecs, codec)) await client.produce(broker.bootstrap, shared.topic, codec, records);
    }
    table.passed(client, await client.version(), codec);
  });

  test('consumes by group and commits', async () => {
    readBefore.push(...(await client.consume(broker.bootstrap, topic, `group-${topic}`, half)));
    expect(readBefore).toHaveLength(half);
    const described = await tools.run('org.apache.kafka.tools.consumer.group.ConsumerGroupCommand', [
      ...['--bootstrap-server', broker.bootstrap, '--describe', '--group', `group-${topic}`],
    ]);
    expect(committedSum(described)).toBe(half);
    table.passed(client, await client.version(), 'group, commit');
  });

  test('resumes after its restart where it had committed', async () => {
    const rest = await client.consume(broker.bootstrap, topic, `group-${topic}`, written.length - half);
    const values = [...readBefore, ...rest].map((record) => record.value);
    expect(values.toSorted()).toEqual(written.map((record) => record.value).toSorted());
    for (const record of [...readBefore, ...rest]) {
      const sent = written.find((candidate) => candidate.value === record.value);
      expect({ key: record.key, headers: record.headers }).toEqual({
        key: sent?.key,
        headers: sent?.headers,
      });
    }
    table.passed(client, await client.version(), 'resume');
  });
});

/** As kafka-topics prints it, once the broker that it happens to ask has heard of the topic. */
function descriptionOf(topic: string): Promise<string> {
  let last = '';
  const look = async () => {
    const args = ['--bootstrap-server', broker.bootstrap, '--describe', '--topic', topic];
    const { code, output } = await tools.attempt('org.apache.kafka.tools.TopicCommand', args);
    last = output;
    return code === 0 ? output : null;
  };
  return found(`${topic} is described`, look, { saw: () => last });
}

describe.each(sharedTopics)('what everyone wrote to $topic', ({ topic, codecs }) => {
  const readers = clients.filter((client) => codecs.every((codec) => client.codecs.includes(codec)));
  const expected = clients.flatMap((writer) =>
    codecs
      .filter((codec) => writer.codecs.includes(codec))
      .flatMap((codec) => recordsOf(writer.name, codec, 4).map((record) => record.value)),
  );

  test.each(readers.map((client) => [client.name, client] as const))(
    'is read by %s',
    async (name, client) => {
      const group = `reader-${name.replaceAll(/\W/g, '')}`;
      const records = await client.consume(broker.bootstrap, topic, group, expected.length);
      expect(records.map((record) => record.value).toSorted()).toEqual(expected.toSorted());
      table.passed(client, await client.version(), "reads others'");
    },
  );
});

describe('a transactional producer', () => {
  test.each([
    ['Java', javaClient],
    ['librdkafka', newConfluent],
  ])('finds its coordinator and begins (%s)', async (_, client) => {
    expect((await client.initTransactions(broker.bootstrap, 'a-transaction')).error).toBeNull();
  });
});

function writes(codecs: readonly Codec[], codec: Codec): boolean {
  return codecs.includes(codec);
}

/** The records that `name` writes with `codec`: keyed, with headers, the first without a key. */
function recordsOf(name: string, codec: Codec, count: number): SentRecord[] {
  return Array.from({ length: count }, (_, index) => ({
    key: `${codec}-${index}`,
    value: `${name} wrote ${codec} ${index} – ünïcode ${'x'.repeat(200)}`,
    headers: { codec },
  }));
}

/** The sum of the CURRENT-OFFSET column of `kafka-consumer-groups --describe`. */
function committedSum(described: string): number {
  const lines = described.split('\n').filter((line) => line.trim() !== '');
  const header = lines.findIndex((line) => line.includes('CURRENT-OFFSET'));
  const column = lines[header]?.trim().split(/\s+/).indexOf('CURRENT-OFFSET') ?? -1;
  return lines
    .slice(header + 1)
    .map((line) => Number(line.trim().split(/\s+/)[column]))
    .filter((offset) => Number.isFinite(offset))
    .reduce((sum, offset) => sum + offset, 0);
}
