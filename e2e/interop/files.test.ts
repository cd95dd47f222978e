import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BrokerUnderTest, startOdradek } from './broker-under-test.ts';
import { PlatformaticClient } from './clients/platformatic-client.ts';
import { KafkaTools } from './kafka-tools.ts';

const topic = 'dumped';
const tools = new KafkaTools();
const client = new PlatformaticClient();
let odradek: BrokerUnderTest;

beforeAll(async () => {
  odradek = await startOdradek();
  await tools.topics([
    ...['--bootstrap-server', odradek.bootstrap, '--create', '--topic', topic, '--partitions', '1'],
    ...['--config', 'segment.bytes=1048576', '--config', 'index.interval.bytes=0'],
  ]);
  for (const codec of client.codecs) {
    const records = Array.from({ length: 400 }, (_, index) => ({
      key: `k${index}`,
      value: codec.repeat(400),
    }));
    await client.produce(odradek.bootstrap, topic, codec, records);
  }
  await client.consume(odradek.bootstrap, topic, 'dumping', 1_000);
  await odradek.stop();
}, 60_000);

afterAll(async () => {
  await Promise.all([tools.close(), odradek?.close()]);
});

describe('DumpLogSegments of Kafka 4.3.1 reads what a clean stop left', () => {
  test('segments, record by record, in every compression', async () => {
    const output = await dump(await filesOf(`${topic}-0`, '.log'), ['--deep-iteration', '--print-data-log']);
    for (const codec of client.codecs) expect(output).toContain(`compresscodec: ${codec}`);
    expect(output.match(/\| offset: /g)).toHaveLength(400 * client.codecs.length);
    expect(output).not.toContain('isvalid: false');
  });

  test('offset and time indexes', async () => {
    const indexes = [
      ...(await filesOf(`${topic}-0`, '.index')),
      ...(await filesOf(`${topic}-0`, '.timeindex')),
    ];
    const sane = await dump(indexes, ['--index-sanity-check']);
    expect(sane.match(/passed sanity check/g)?.length).toBeGreaterThanOrEqual(1);
    expect(await dump(indexes, ['--verify-index-only'])).not.toMatch(/mismatch|out of order|not found/i);
  });

  test('committed offsets and group metadata', async () => {
    const folders = (await readdir(await logFolder())).filter((name) =>
      name.startsWith('__consumer_offsets-'),
    );
    const files = (await Promise.all(folders.map((folder) => filesOf(folder, '.log')))).flat();
    const output = await dump(files, ['--offsets-decoder']);
    expect(output).toContain('"group":"dumping"');
    expect(output).toContain('"topic":"dumped"');
  });

  test('the metadata log', async () => {
    const output = await dump(await filesOf('__cluster_metadata-0', '.log'), ['--cluster-metadata-decoder']);
    expect(output).toContain('"type":"TOPIC_RECORD"');
    expect(output).toContain(`"name":"${topic}"`);
    expect(output).toContain('"type":"REGISTER_BROKER_RECORD"');
    expect(output).not.toMatch(/exception|error/i);
  });

  test('producer snapshots', async () => {
    const output = await dump(await filesOf(`${topic}-0`, '.snapshot'), []);
    expect(output).not.toMatch(/exception|corrupt/i);
  });
});

function dump(files: readonly string[], flags: readonly string[]): Promise<string> {
  return tools.run('org.apache.kafka.tools.DumpLogSegments', ['--files', files.join(','), ...flags]);
}

async function logFolder(): Promise<string> {
  const found = await readdir(odradek.dataDirectory, { recursive: true });
  const metadata = found.find((name) => name.endsWith('__cluster_metadata-0'));
  if (metadata === undefined) throw new Error(`no metadata log below ${odradek.dataDirectory}`);
  return join(odradek.dataDirectory, metadata, '..');
}

async function filesOf(partition: string, ending: string): Promise<string[]> {
  const folder = join(await logFolder(), partition);
  const names = (await readdir(folder)).filter((name) => name.endsWith(ending));
  return names.map((name) => join(folder, name));
}
