import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { batchOf, contentOf, LogBed } from '../../test/log/log-bed.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { DiskError } from '../runtime/disk.ts';
import { DirectoryError } from './directory-error.ts';
import { DEFAULT_LOG_CONFIG } from './log-config.ts';
import { LogDirectory } from './log-directory.ts';
import type { LogDirectorySettings } from './log-directory-settings.ts';

const ORDERS = { topic: 'orders', partition: 0 };
const TOPIC_ID = 'oLIQyYhGQsiCoFcXtVXDSA';
const CLIENT = { origin: 'client', leaderEpoch: 0 } as const;

let bed: LogBed;
let offline: unknown[];
beforeEach(() => {
  bed = new LogBed();
  offline = [];
});
afterEach(() => bed.remove());

function openDirectory(
  options: { nodeId?: number; clusterId?: string; settings?: Partial<LogDirectorySettings> } = {},
) {
  return LogDirectory.open({
    ...bed.environment(),
    path: bed.directory,
    nodeId: 1,
    onOffline: (error) => offline.push(error),
    ...options,
  });
}

async function openLog(directory: LogDirectory, config = {}) {
  return directory.openLog(ORDERS, { config: { ...DEFAULT_LOG_CONFIG, ...config }, topicId: TOPIC_ID });
}

async function appendTexts(directory: LogDirectory, texts: readonly string[]) {
  for (const text of texts) {
    const outcome = directory.log(ORDERS)?.appendAsLeader(batchOf([text]), CLIENT);
    if (outcome?.kind !== 'appended') throw new Error(JSON.stringify(outcome));
    await outcome.completion;
  }
}

describe('a directory', () => {
  test('that was closed in order keeps everything, in the files of Kafka', async () => {
    const first = await openDirectory({ clusterId: 'cluster-a' });
    const log = await openLog(first);
    await appendTexts(first, ['a', 'b', 'c']);
    log.updateHighWatermark(3);
    log.advanceLogStartOffset(1);
    await first.close(7);
    const read = (name: string) => fs.readFileSync(`${bed.directory}/${name}`, 'utf8');
    expect(read('recovery-point-offset-checkpoint')).toBe('0\n1\norders 0 3\n');
    expect(read('replication-offset-checkpoint')).toBe('0\n1\norders 0 3\n');
    expect(read('log-start-offset-checkpoint')).toBe('0\n1\norders 0 1\n');
    expect(read('orders-0/leader-epoch-checkpoint')).toBe('0\n1\n0 1\n');
    expect(read('orders-0/partition.metadata')).toBe(`version: 0\ntopic_id: ${TOPIC_ID}`);
    expect(read('.kafka_cleanshutdown')).toBe('{"version":0,"brokerEpoch":7}');
    expect(read('meta.properties')).toContain(
      `cluster.id=cluster-a\ndirectory.id=${first.meta.directoryId}\nnode.id=1\n`,
    );

    const second = await openDirectory();
    expect([second.wasClean, second.previousBrokerEpoch]).toEqual([true, 7]);
    expect(second.meta).toEqual(first.meta);
    expect(await second.partitions()).toEqual([{ ...ORDERS, isFuture: false, topicId: TOPIC_ID }]);
    const again = await openLog(second);
    expect([again.logStartOffset, again.highWatermark, again.logEndOffset]).toEqual([1, 3, 3]);
    expect(await contentOf(again)).toEqual([
      [1, 'b'],
      [2, 'c'],
    ]);
    expect(bed.files()).not.toContain('.kafka_cleanshutdown');
    await second.close(8);
  });

  test('is refused to a second process, to another node and to another cluster, each with a remedy', async () => {
    const directory = await openDirectory({ clusterId: 'cluster-a' });
    const refusal = (options: Parameters<typeof openDirectory>[0]) =>
      openDirectory(options).then(
        () => null,
        (error: unknown) => error,
      );
    const locked = await refusal({});
    expect(locked).toBeInstanceOf(DirectoryError);
    expect(locked).toMatchObject({
      code: 'locked',
      message: expect.stringContaining(`process ${process.pid}`),
    });
    await directory.close(0);
    expect(await refusal({ nodeId: 2 })).toMatchObject({ code: 'foreign' });
    expect(await refusal({ clusterId: 'cluster-b' })).toMatchObject({ code: 'foreign' });
    fs.writeFileSync(`${bed.directory}/meta.properties`, 'version=0\n');
    expect(await refusal({})).toMatchObject({ code: 'unusable' });
  });

  test('forgets a deleted partition at once and removes its files later', async () => {
    const directory = await openDirectory({ settings: { fileDeleteDelayMs: 100 } });
    await openLog(directory);
    await appendTexts(directory, ['a']);
    await directory.deleteLog(ORDERS);
    expect(directory.log(ORDERS)).toBeUndefined();
    expect(await directory.partitions()).toEqual([]);
    const anew = await openLog(directory);
    expect(anew.logEndOffset).toBe(0);
    bed.clock.advance(100);
    await expect.poll(() => bed.files().filter((name) => name.endsWith('-delete'))).toEqual([]);
    await directory.setAside(ORDERS);
    expect(bed.files().filter((name) => /^orders-0\.[0-9a-f]{32}-stray$/.test(name)).length).toBe(1);
    await directory.close(0);
  });

  test('applies retention and writes checkpoints by itself', async () => {
    const directory = await openDirectory();
    const log = await openLog(directory, { segmentBytes: 150, retentionMs: 1000 });
    directory.start();
    await appendTexts(directory, ['a'.repeat(50), 'b'.repeat(50), 'c'.repeat(50)]);
    log.updateHighWatermark(3);
    bed.clock.advance(30_000);
    await expect.poll(() => log.logStartOffset).toBe(3);
    log.updateConfig({ ...log.config, segmentBytes: 1000, retentionMs: -1 });
    await appendTexts(directory, ['d', 'e']);
    log.updateHighWatermark(5);
    log.advanceLogStartOffset(4);
    bed.clock.advance(60_000);
    const startOf = () => fs.readFileSync(`${bed.directory}/log-start-offset-checkpoint`, 'utf8');
    await expect.poll(startOf).toBe('0\n1\norders 0 4\n');
    // Where a segment begins there is nothing that its name does not say.
    log.updateConfig({ ...log.config, retentionMs: 0 });
    bed.clock.advance(300_000);
    await expect.poll(() => log.logStartOffset).toBe(5);
    bed.clock.advance(60_000);
    await expect.poll(startOf).toBe('0\n0\n');
    await directory.close(0);
  });

  test('survives a damaged checkpoint by reading its logs through', async () => {
    const directory = await openDirectory();
    await openLog(directory);
    await appendTexts(directory, ['a', 'b']);
    await directory.log(ORDERS)?.flush();
    await directory.close(0);
    fs.rmSync(`${bed.directory}/.kafka_cleanshutdown`);
    fs.writeFileSync(`${bed.directory}/recovery-point-offset-checkpoint`, '0\n2\norders 0 2\n');
    const again = await openDirectory();
    expect((await openLog(again)).logEndOffset).toBe(2);
    await again.close(0);
  });
});

test('a disk that refuses one log takes all offline, and the stop is not marked as a clean one', async () => {
  const directory = await openDirectory();
  const log = await openLog(directory);
  const settings = { config: DEFAULT_LOG_CONFIG, topicId: TOPIC_ID };
  const other = await directory.openLog({ topic: 'others', partition: 0 }, settings);
  fs.rmSync(`${bed.directory}/orders-0`, { recursive: true });
  await appendTexts(directory, ['a']);
  await log.flush();
  expect([directory.isOffline, other.isOffline, offline.length]).toEqual([true, true, 1]);
  expect(other.appendAsLeader(batchOf(['b']), CLIENT)).toMatchObject({
    errorCode: ErrorCode.KAFKA_STORAGE_ERROR,
  });
  await expect(openLog(directory)).rejects.toBeInstanceOf(DiskError);
  await directory.close(0);
  expect(bed.files()).not.toContain('.kafka_cleanshutdown');
});

test('a start that came to nothing after a crash does not make it a clean stop', async () => {
  const first = await openDirectory();
  await openLog(first);
  await appendTexts(first, ['a']);
  await first.close(7);
  fs.rmSync(`${bed.directory}/.kafka_cleanshutdown`);
  // Its port was taken, for one: nobody has looked at what lies here.
  await (await openDirectory()).close(0);
  expect(bed.files()).not.toContain('.kafka_cleanshutdown');
  const second = await openDirectory();
  await openLog(second);
  await second.close(0);
  expect(bed.files()).toContain('.kafka_cleanshutdown');
});

test('a directory that was being deleted at the last stop is removed', async () => {
  fs.mkdirSync(`${bed.directory}/orders-0.${'0a'.repeat(16)}-delete`);
  fs.mkdirSync(`${bed.directory}/not-a-partition-delete`);
  const directory = await openDirectory();
  expect(await directory.partitions()).toEqual([]);
  bed.clock.advance(60_000);
  await expect
    .poll(() => bed.files().filter((name) => name.endsWith('-delete')))
    .toEqual(['not-a-partition-delete']);
  await directory.close(0);
});

test('a partition begins without the past of a deleted one of its name', async () => {
  const first = await openDirectory();
  const log = await openLog(first);
  await appendTexts(first, ['a', 'b']);
  log.updateHighWatermark(2);
  log.advanceLogStartOffset(2);
  await first.close(0);
  const second = await openDirectory();
  await openLog(second);
  await second.deleteLog(ORDERS);
  const anew = await openLog(second);
  expect([anew.logStartOffset, anew.logEndOffset]).toEqual([0, 0]);
  await second.close(0);
});

test('kill -9 loses nothing that was acknowledged', async () => {
  const module = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  const program = `
    const { nodeRuntime } = await import(${module('../runtime/node-runtime.ts')});
    const { LogDirectory } = await import(${module('./log-directory.ts')});
    const { DEFAULT_LOG_CONFIG } = await import(${module('./log-config.ts')});
    const { buildBatch } = await import(${module('../protocol/records.ts')});
    const directory = await LogDirectory.open({ ...nodeRuntime(), path: process.argv[1], nodeId: 1, onOffline() {} });
    const config = { ...DEFAULT_LOG_CONFIG, segmentBytes: 20_000 };
    const log = await directory.openLog({ topic: 'orders', partition: 0 }, { config, topicId: ${JSON.stringify(TOPIC_ID)} });
    const start = log.logEndOffset;
    for (let offset = start; ; offset++) {
      const batch = buildBatch([{ value: Buffer.from('value ' + offset), timestamp: Date.now() }]);
      await log.appendAsLeader(batch, { origin: 'client', leaderEpoch: 0 }).completion;
      process.stdout.write(offset + '\\n');
    }`;
  let acknowledged = -1;
  for (let round = 0; round < 3; round++) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', program, bed.directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    const enough = Promise.withResolvers<void>();
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.length > 5000) enough.resolve();
    });
    const exited = new Promise((resolve) => child.on('close', resolve));
    child.on('close', () => enough.reject(new Error('the writer has ended by itself')));
    await enough.promise;
    child.kill('SIGKILL');
    await exited;
    acknowledged = Number(output.slice(0, output.lastIndexOf('\n')).split('\n').at(-1));
  }
  const directory = await openDirectory();
  const log = await openLog(directory);
  expect(log.logEndOffset).toBeGreaterThan(acknowledged);
  expect(await contentOf(log)).toEqual(
    Array.from({ length: log.logEndOffset }, (_, offset) => [offset, `value ${offset}`]),
  );
  await directory.close(0);
});
