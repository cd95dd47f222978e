import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { contentOf, LogBed } from '../../test/log/log-bed.ts';
import { readBatchHeader, writeBatchHeader } from '../protocol/record-batch.ts';
import { buildBatch } from '../protocol/records.ts';
import type { Compute } from '../runtime/compute.ts';
import { silentLogger } from '../runtime/logger.ts';
import { nodeCompute } from '../runtime/node-compute.ts';
import { nodeRuntime } from '../runtime/node-runtime.ts';
import { PrometheusMetrics } from '../runtime/prometheus-metrics.ts';
import { CleanerCheckpoint } from './cleaner-checkpoint.ts';
import { type CleanerSettings, DEFAULT_CLEANER_SETTINGS } from './cleaner-settings.ts';
import { LogCleaner } from './log-cleaner.ts';
import type { LogConfig } from './log-config.ts';
import type { PartitionLog } from './partition-log.ts';

const COMPACTED = { cleanupPolicy: ['compact'], segmentBytes: 200 } as const;

let bed: LogBed;
let directory: string;
let log: PartitionLog;
let cleaner: LogCleaner | null;
let metrics: PrometheusMetrics;

beforeEach(() => {
  bed = new LogBed();
  directory = path.dirname(bed.directory);
  cleaner = null;
  metrics = new PrometheusMetrics();
});
afterEach(async () => {
  await cleaner?.close();
  await log.close();
  bed.remove();
  fs.rmSync(path.join(directory, 'cleaner-offset-checkpoint'), { force: true });
});

async function opened(config: Partial<LogConfig> = {}): Promise<PartitionLog> {
  log = await bed.open({ config: { ...COMPACTED, ...config } });
  return log;
}

async function append(key: string, value: string | null): Promise<void> {
  const timestamp = bed.clock.wallMs();
  const record = { key: Buffer.from(key), value: value === null ? null : Buffer.from(value), timestamp };
  const outcome = log.appendAsLeader(buildBatch([record]), { origin: 'client', leaderEpoch: 0 });
  if (outcome.kind !== 'appended') throw new Error(JSON.stringify(outcome));
  await outcome.completion;
  log.updateHighWatermark(log.logEndOffset);
}

function started(settings: Partial<CleanerSettings> = {}, compute: Compute = nodeCompute): LogCleaner {
  const runtime = {
    ...nodeRuntime(),
    logger: silentLogger,
    clock: bed.clock,
    disk: bed.disk,
    compute,
    metrics,
  };
  const cleanerCheckpoint = new CleanerCheckpoint(bed.disk, directory, silentLogger);
  const place = { path: directory, isOffline: false, logs: [log], cleanerCheckpoint };
  cleaner = new LogCleaner(runtime, [place], {
    ...DEFAULT_CLEANER_SETTINGS,
    ...settings,
  });
  cleaner.start();
  return cleaner;
}

function checkpoint(): string | null {
  const file = path.join(directory, 'cleaner-offset-checkpoint');
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : null;
}

test('a dirty log is cleaned up to its active segment, and the checkpoint says so as Kafka writes it', async () => {
  await opened();
  for (let round = 0; round < 6; round++) for (const key of ['a', 'b']) await append(key, `${round}`);
  started();
  await vi.waitUntil(() => log.compaction.cleanedTo !== null, { timeout: 10_000 });
  const cleanedTo = log.compaction.cleanedTo ?? 0;
  await expect.poll(checkpoint).toBe(`0\n1\norders 0 ${cleanedTo}\n`);
  expect(cleanedTo).toBeGreaterThan(7);
  expect((await contentOf(log)).map(([offset]) => offset)).toEqual(
    [...Array(12).keys()].slice(cleanedTo - 2),
  );
  expect(metrics.exposition()).toContain('kafka_log_logcleanermanager_max_dirty_percent');
});

test('a log is not cleaned before it is dirty enough, unless a record has waited too long', async () => {
  await opened({ minCleanableRatio: 1, maxCompactionLagMs: 5000 });
  for (let round = 0; round < 6; round++) for (const key of ['a', 'b']) await append(key, `${round}`);
  started({ backoffMs: 1000 });
  const { compaction } = log;
  bed.clock.advance(4000);
  await vi.waitUntil(async () => (await compaction.range(bed.clock.wallMs())).cleanableBytes > 0);
  expect(compaction.cleanedTo).toBe(null);
  await vi.waitUntil(
    () => {
      bed.clock.advance(1000);
      return compaction.cleanedTo !== null;
    },
    { timeout: 10_000 },
  );
});

test('what was cleaned before the start is not cleaned again', async () => {
  await opened();
  for (let round = 0; round < 6; round++) await append('a', `${round}`);
  fs.writeFileSync(path.join(directory, 'cleaner-offset-checkpoint'), '0\n2\norders 0 5\ngone 3 77\n');
  started();
  await expect.poll(checkpoint).toBe('0\n1\norders 0 5\n');
  expect(await log.compaction.range(bed.clock.wallMs())).toMatchObject({ firstDirtyOffset: 5 });
  expect((await contentOf(log)).length).toBe(6);
});

test('a checkpoint behind the end of the log counts for nothing', async () => {
  await opened();
  for (let round = 0; round < 6; round++) await append('a', `${round}`);
  fs.writeFileSync(path.join(directory, 'cleaner-offset-checkpoint'), '0\n1\norders 0 500\n');
  started();
  await vi.waitUntil(() => log.compaction.cleanedTo !== null && log.compaction.cleanedTo < 500);
  await expect.poll(async () => (await contentOf(log)).length).toBeLessThan(4);
});

describe('a log that cannot be cleaned', () => {
  test('is reported, and stays as it is', async () => {
    await opened();
    // A client's compressed batch was taken unopened while the topic was not compacted.
    const batch = buildBatch([{ key: Buffer.from('a'), value: Buffer.alloc(50) }], { compression: 'zstd' });
    batch.fill(1, 70);
    writeBatchHeader(batch, readBatchHeader(batch));
    log.updateConfig({ ...log.config, cleanupPolicy: ['delete'] });
    log.appendAsLeader(batch, { origin: 'client', leaderEpoch: 0 });
    log.updateConfig({ ...log.config, cleanupPolicy: ['compact'] });
    for (let round = 0; round < 6; round++) await append('a', `${round}`);
    const size = log.sizeInBytes;
    started();
    await expect
      .poll(() => metrics.exposition())
      .toContain(`uncleanable_partitions_count{logDirectory="${directory}"} 1`);
    expect(log.sizeInBytes).toBe(size);
    expect(log.isOffline).toBe(false);
    expect(bed.files().filter((name) => name.includes('.cleaned') || name.includes('.swap'))).toEqual([]);
  });

  test('for damage goes offline', async () => {
    await opened();
    for (let round = 0; round < 6; round++) await append('a', `${round}`);
    const [first] = bed.files().filter((name) => name.endsWith('.log'));
    const file = path.join(bed.directory, first ?? '');
    const bytes = fs.readFileSync(file);
    bytes[65] = (bytes[65] ?? 0) ^ 1;
    fs.writeFileSync(file, bytes);
    started();
    await vi.waitUntil(() => log.isOffline, { timeout: 10_000 });
    expect(bed.files().filter((name) => name.includes('.cleaned'))).toEqual([]);
  });
});

test('a log that is closed meanwhile is not held up, and keeps what it had', async () => {
  await opened();
  for (let round = 0; round < 6; round++) await append('a', `${round}`);
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  const slow: Compute = {
    run: async (job, input) => {
      asked.resolve();
      await answer.promise;
      return nodeCompute.run(job, input);
    },
  };
  started({}, slow);
  await asked.promise;
  const closed = log.close();
  answer.resolve();
  await closed;
  expect(bed.files().filter((name) => name.includes('.cleaned') || name.includes('.deleted'))).toEqual([]);
  await opened();
  expect((await contentOf(log)).length).toBe(6);
});

test('reads and writes keep to the rate, which may change meanwhile', async () => {
  await opened();
  for (let round = 0; round < 60; round++) await append('a', 'x'.repeat(100));
  const size = log.sizeInBytes;
  const begun = bed.clock.monotonicMs();
  const running = started({ ioBytesPerSecond: size / 10, ioBufferBytes: 8192, backoffMs: 1_000_000 });
  const advanceUntilCleaned = (byMs: number) =>
    vi.waitUntil(
      () => {
        if (log.compaction.cleanedTo === null) bed.clock.advance(byMs);
        return log.compaction.cleanedTo !== null;
      },
      { timeout: 15_000, interval: 5 },
    );
  await advanceUntilCleaned(100);
  // All of it is read twice, at a tenth a second.
  expect(bed.clock.monotonicMs() - begun).toBeGreaterThan(15_000);
  log.compaction.cleanedTo = null;
  const again = bed.clock.monotonicMs();
  running.changeSettings({ ...DEFAULT_CLEANER_SETTINGS });
  await advanceUntilCleaned(100);
  expect(bed.clock.monotonicMs() - again).toBeLessThan(15_000);
});
