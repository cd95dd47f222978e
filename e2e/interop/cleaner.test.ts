import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  BATCH_HEADER_BYTES,
  batchesIn,
  readBatchHeader,
} from '../../packages/broker/src/protocol/record-batch.ts';
import { recordsBody } from '../../packages/broker/src/protocol/records.ts';
import type { PlannedCleaning } from '../../packages/broker/test/log/compaction-bed.ts';
import { DELETE_RETENTION_MS } from '../../packages/broker/test/log/compaction-history.ts';
import { liveHistories } from '../../packages/broker/test/log/compaction-run.ts';
import { KafkaTools } from './kafka-tools.ts';

/** `ODRADEK_CLEANER_HISTORIES` for a long run. */
const histories = Number(process.env.ODRADEK_CLEANER_HISTORIES ?? 40);

const tools = new KafkaTools();
let folder: string;
let copies = 0;
let batches = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'odradek-cleaner-'));
});
afterAll(async () => {
  await Promise.all([tools.close(), rm(folder, { recursive: true, force: true })]);
});

test('what Apache Kafka’s cleaner leaves of a log, ours leaves of its copy', {
  timeout: 3_600_000,
}, async () => {
  await liveHistories(histories, { witness });
  console.log(
    `cleaner: ${histories} histories, ${copies} cleanings, ${batches} batches that stayed compared`,
  );
  expect(batches).toBeGreaterThan(histories);
});

/** Kafka cleans a copy first, and then both have to hold the same. */
async function witness(planned: PlannedCleaning) {
  const copy = join(folder, `${++copies}`, 'orders-0');
  await cp(planned.directory, copy, { recursive: true });
  const output = await tools.run('KafkaCleaner', [
    copy,
    ...[planned.nowMs, planned.firstDirtyOffset, planned.firstUncleanableOffset, planned.slots].map(String),
    `internal.segment.bytes=${planned.segmentBytes}`,
    `delete.retention.ms=${DELETE_RETENTION_MS}`,
    'cleanup.policy=compact',
    'segment.index.bytes=8000',
  ]);
  const kafkas = await closedSegments(copy, planned.firstUncleanableOffset);
  return async (endOffset: number) => {
    const ours = await closedSegments(planned.directory, planned.firstUncleanableOffset);
    expect(ours).toEqual(kafkas);
    expect(endOffset).toBe(Number(output.trim().split('\n').at(-1)));
    for (const held of Object.values(ours)) batches += held.length;
    await rm(join(folder, `${copies}`), { recursive: true, force: true });
  };
}

/** The batches of each segment below an offset: header, and records opened, for codecs write the same differently. */
async function closedSegments(directory: string, endOffset: number): Promise<Record<string, unknown[]>> {
  const segments: Record<string, unknown[]> = {};
  for (const name of (await readdir(directory)).filter((file) => file.endsWith('.log')).sort()) {
    if (Number(name.slice(0, 20)) >= endOffset) continue;
    segments[name] = [...batchesIn(await readFile(join(directory, name)))].map((batch) => ({
      ...readBatchHeader(batch),
      body: Buffer.from(batch.length === BATCH_HEADER_BYTES ? [] : recordsBody(batch, 1_000_000)).toString(
        'hex',
      ),
    }));
  }
  return segments;
}
