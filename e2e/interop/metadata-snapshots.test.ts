import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BrokerCluster, until } from '../../packages/broker/test/wire/broker-cluster.ts';
import { complaintsAbout, dumpLogSegments } from './dump-log-segments.ts';
import { noteFinding } from './interop-findings.ts';
import { KafkaTools } from './kafka-tools.ts';

const tools = new KafkaTools();
const cluster = new BrokerCluster({
  'metadata.log.max.record.bytes.between.snapshots': '4000',
  'metadata.max.retention.bytes': '8000',
});

const logDirectoryOf = (id: number) => join(cluster.directory, `broker-${id}`);
const metadataOf = (id: number) => join(logDirectoryOf(id), '__cluster_metadata-0');
const snapshotsOf = (id: number) =>
  readdirSync(metadataOf(id)).filter((name) => /^(?!0{20})\d{20}-\d{10}\.checkpoint$/.test(name));

beforeAll(async () => {
  await cluster.start(3);
  for (let count = 0; count < 20; count++) await cluster.createTopic(`topic-${count}`);
  for (const id of [1, 2, 3]) {
    await until(`broker ${id} has taken a snapshot`, async () => snapshotsOf(id).length > 0);
  }
});

afterAll(async () => {
  await Promise.all([cluster.close(), tools.close()]);
});

test('DumpLogSegments reads the snapshots of each node, with the metadata decoder', async () => {
  for (const id of [1, 2, 3]) {
    const isChosen = (partition: string) => partition === '__cluster_metadata-0';
    expect(await complaintsAbout(tools, logDirectoryOf(id), { isChosen })).toEqual([]);
    const newest = join(metadataOf(id), snapshotsOf(id).sort().at(-1) ?? '');
    const dump = await dumpLogSegments(tools, [newest], ['--deep-iteration', '--cluster-metadata-decoder']);
    expect(dump).toMatch(/SnapshotHeader \{"version":0,"lastContainedLogTimestamp":\d+\}/);
    expect(dump).toMatch(/KRaftVersion \{"version":0,"kRaftVersion":1\}/);
    expect(dump.match(/"voterId":\d/g)).toHaveLength(3);
    expect(dump).toContain(
      '{"type":"FEATURE_LEVEL_RECORD","version":0,"data":{"name":"metadata.version","featureLevel":30}}',
    );
    expect(dump.match(/"type":"REGISTER_BROKER_RECORD"/g)).toHaveLength(3);
    const topics = dump.match(/"type":"TOPIC_RECORD"/g)?.length ?? 0;
    expect(topics).toBeGreaterThan(0);
    expect(dump.match(/"type":"PARTITION_RECORD"/g)).toHaveLength(topics);
    expect(dump).toMatch(/SnapshotFooter \{"version":0\}/);
  }
  await noteFinding({
    judge: 'DumpLogSegments 4.3.1',
    asked: 'the metadata snapshots of three nodes',
    found: 'read by --cluster-metadata-decoder without complaint',
  });
});
