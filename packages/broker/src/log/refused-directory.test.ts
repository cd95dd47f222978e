import fs from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { interceptedDisk } from '../../test/log/intercepted-disk.ts';
import { batchOf, LogBed } from '../../test/log/log-bed.ts';
import { type Disk, DiskError } from '../runtime/disk.ts';
import { DamagedLogError } from './damaged-log-error.ts';
import { DEFAULT_LOG_CONFIG, type LogConfig } from './log-config.ts';
import { LogDirectory } from './log-directory.ts';

/*
 * A disk that refuses while nobody has the log yet refuses all the same: a log directory that went on would leave the
 * partition shut for as long as the broker runs, and its replica out of sync.
 */

const ORDERS = { topic: 'orders', partition: 0 };
const TOPIC_ID = 'oLIQyYhGQsiCoFcXtVXDSA';
const OTHER_ID = 'AAAAAAAAAAAAAAAAAAAAAw';
const CONFIG: LogConfig = { ...DEFAULT_LOG_CONFIG, segmentBytes: 150 };

type Operation = 'open' | 'read' | 'sync' | 'rename';

/** What the disk refuses at present, of files by the end of their paths. */
let refused: { readonly operation: Operation; readonly end: string; readonly code: string } | null;
let bed: LogBed;
let offline: DiskError[];

beforeEach(() => {
  refused = null;
  offline = [];
  const refuse = (operation: Operation) => (path: string) => {
    if (refused?.operation !== operation || !path.endsWith(refused.end)) return;
    throw new DiskError(refused.code, path);
  };
  const intercepted = interceptedDisk({
    open: refuse('open'),
    read: refuse('read'),
    sync: refuse('sync'),
  });
  const disk: Disk = {
    ...intercepted,
    rename: async (from, to) => {
      refuse('rename')(from);
      await intercepted.rename(from, to);
    },
  };
  bed = new LogBed(disk);
});
afterEach(() => bed.remove());

/** A log directory as a crash has left it, with three segments of which nothing is known to be on the disk. */
async function crashed(): Promise<LogDirectory> {
  const first = await opened();
  const log = await first.openLog(ORDERS, { config: CONFIG, topicId: TOPIC_ID });
  for (const text of ['a', 'b', 'c']) {
    const outcome = log.appendAsLeader(batchOf([text.repeat(50)]), { origin: 'client', leaderEpoch: 0 });
    if (outcome.kind === 'appended') await outcome.completion;
  }
  await first.close(7);
  for (const name of ['.kafka_cleanshutdown', 'recovery-point-offset-checkpoint'])
    fs.rmSync(`${bed.directory}/${name}`);
  for (const name of fs.readdirSync(`${bed.directory}/orders-0`))
    if (name.endsWith('.snapshot')) fs.rmSync(`${bed.directory}/orders-0/${name}`);
  const again = await opened();
  await again.partitions();
  return again;
}

function opened(): Promise<LogDirectory> {
  const place = { path: bed.directory, nodeId: 1 };
  return LogDirectory.open({
    ...bed.environment(),
    ...place,
    onOffline: (error) => offline.push(error),
  });
}

function openLog(directory: LogDirectory, topicId = TOPIC_ID) {
  return directory.openLog(ORDERS, { config: CONFIG, topicId });
}

describe('a log directory whose disk refuses', () => {
  test('to sync while a log is opened goes offline', async () => {
    const directory = await crashed();
    refused = { operation: 'sync', end: '1.snapshot', code: 'EIO' };
    await expect(openLog(directory)).rejects.toMatchObject({ code: 'EIO' });
    expect(offline).toMatchObject([{ code: 'EIO' }]);
    expect(directory.isOffline).toBe(true);
    refused = null;
    await expect(openLog(directory)).rejects.toBe(offline[0]);
  });

  test('what a partition needs to begin goes offline', async () => {
    const directory = await opened();
    refused = { operation: 'open', end: 'partition.metadata', code: 'EROFS' };
    await expect(openLog(directory)).rejects.toMatchObject({ code: 'EROFS' });
    expect(offline).toMatchObject([{ code: 'EROFS' }]);
  });

  test('to take a log away goes offline, and the log is a stray when it is back', async () => {
    const directory = await crashed();
    await openLog(directory);
    refused = { operation: 'rename', end: 'orders-0', code: 'EIO' };
    await directory.deleteLog(ORDERS);
    expect(offline).toMatchObject([{ code: 'EIO' }]);
    expect(bed.files()).toContain('orders-0');
  });

  test('to set a log aside goes offline', async () => {
    const directory = await crashed();
    refused = { operation: 'rename', end: 'orders-0', code: 'EIO' };
    await expect(directory.setAside(ORDERS)).rejects.toMatchObject({ code: 'EIO' });
    expect(offline).toMatchObject([{ code: 'EIO' }]);
  });

  test('takes the log offline that is being opened when another one fails', async () => {
    const directory = await crashed();
    const opening = openLog(directory);
    const error = new DiskError('EIO', `${bed.directory}/others-0`);
    directory.goOffline(error);
    await expect(opening).rejects.toBe(error);
    expect([...directory.logs]).toEqual([]);
  });
});

describe('a log directory goes on', () => {
  test('when something has run out, and the log can be opened later', async () => {
    const directory = await crashed();
    for (const code of ['ENOSPC', 'EMFILE']) {
      refused = { operation: 'sync', end: '1.snapshot', code };
      await expect(openLog(directory)).rejects.toMatchObject({ code });
    }
    refused = null;
    expect((await openLog(directory)).logEndOffset).toBe(3);
    expect(offline).toEqual([]);
  });

  test('when one log is damaged, or is of another topic', async () => {
    const directory = await crashed();
    fs.truncateSync(`${bed.directory}/orders-0/${'2'.padStart(20, '0')}.log`, 10);
    const known = { config: CONFIG, topicId: TOPIC_ID, durableTo: 3 };
    await expect(directory.openLog(ORDERS, known)).rejects.toBeInstanceOf(DamagedLogError);
    await expect(openLog(directory, OTHER_ID)).rejects.toThrow('topic id');
    expect(offline).toEqual([]);
  });

  test.each(['ENAMETOOLONG', 'EACCES'])('when one folder cannot be used (%s)', async (code) => {
    const directory = await crashed();
    refused = { operation: 'open', end: 'orders-0/partition.metadata', code };
    await directory.deleteLog(ORDERS);
    await expect(openLog(directory)).rejects.toMatchObject({ code });
    const others = { topic: 'others', partition: 0 };
    expect((await directory.openLog(others, { config: CONFIG, topicId: OTHER_ID })).logEndOffset).toBe(0);
    expect(offline).toEqual([]);
  });

  test('when the state of the producers cannot be read, which the batches tell as well', async () => {
    const directory = await crashed();
    await openLog(directory);
    await directory.close(8);
    const again = await opened();
    await again.partitions();
    refused = { operation: 'read', end: '.snapshot', code: 'EIO' };
    expect((await openLog(again)).logEndOffset).toBe(3);
    expect(offline).toEqual([]);
  });
});
