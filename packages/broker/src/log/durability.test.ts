import { afterEach, expect, test } from 'vitest';
import { batchOf, LogBed, type OpenOptions } from '../../test/log/log-bed.ts';
import { observedDisk } from '../../test/log/observed-disk.ts';
import { DEFAULT_LOG_CONFIG } from './log-config.ts';
import { LogDirectory } from './log-directory.ts';
import type { PartitionLog } from './partition-log.ts';

const CLIENT = { origin: 'client', leaderEpoch: 0 } as const;
const LOG_FILE = '00000000000000000000.log';

const beds: LogBed[] = [];
afterEach(() => {
  for (const bed of beds.splice(0)) bed.remove();
});

async function observedLog(config: OpenOptions['config'] = {}) {
  const { disk, synced } = observedDisk();
  const bed = new LogBed(disk);
  beds.push(bed);
  return { bed, synced, log: await bed.open({ config }) };
}

async function append(log: PartitionLog, text = 'x'): Promise<void> {
  const outcome = log.appendAsLeader(batchOf([text]), CLIENT);
  if (outcome.kind !== 'appended') throw new Error(outcome.kind);
  await outcome.completion;
}

test('an append is not synced unless the topic says so', async () => {
  const { log, synced } = await observedLog();
  await append(log);
  expect([log.recoveryPoint, synced]).toEqual([0, []]);
  await log.close();
});

test('with flush.messages an append completes when so many records are synced', async () => {
  const { log, synced } = await observedLog({ flushMessages: 2 });
  await append(log);
  expect(log.recoveryPoint).toBe(0);
  await append(log);
  expect(log.recoveryPoint).toBe(2);
  expect(synced).toContain(LOG_FILE);
  await log.close();
});

test('with flush.ms nothing stays unsynced for longer', async () => {
  const { bed, log } = await observedLog({ flushMs: 1000 });
  await append(log);
  bed.clock.advance(500);
  await append(log);
  bed.clock.advance(499);
  expect(log.recoveryPoint).toBe(0);
  bed.clock.advance(1);
  await expect.poll(() => log.recoveryPoint).toBe(2);
  await append(log);
  bed.clock.advance(1000);
  await expect.poll(() => log.recoveryPoint).toBe(3);
  await log.close();
});

test('a second flush syncs the log alone, and one without new records nothing', async () => {
  const { log, synced } = await observedLog();
  await append(log);
  await log.flush();
  expect(synced).toEqual([LOG_FILE, 'leader-epoch-checkpoint.tmp', '/', '/']);
  synced.length = 0;
  await append(log);
  await log.flush();
  await log.flush();
  expect(synced).toEqual([LOG_FILE]);
  await log.close();
});

test('a rolled segment is synced with its indexes and the producers at its end, then counts as recovered', async () => {
  const { log, synced } = await observedLog({ segmentBytes: 150 });
  await append(log, 'x'.repeat(50));
  await append(log, 'y'.repeat(50));
  await expect.poll(() => log.recoveryPoint).toBe(1);
  const rolled = [LOG_FILE, '00000000000000000000.index', '00000000000000000000.timeindex'];
  expect(synced.slice(0, 4)).toEqual([...rolled, '00000000000000000001.snapshot']);
  expect(synced).not.toContain('00000000000000000001.log');
  await log.close();
});

test('a partition is durably there, and whose it is, before its first record is', async () => {
  const { disk, synced } = observedDisk();
  const bed = new LogBed();
  beds.push(bed);
  const options = { ...bed.environment(), disk, path: bed.directory, nodeId: 1, onOffline: () => {} };
  const directory = await LogDirectory.open(options);
  const topicId = 'oLIQyYhGQsiCoFcXtVXDSA';
  // With the first one of a directory the checkpoint begins that all share.
  await directory.openLog({ topic: 'first', partition: 0 }, { config: DEFAULT_LOG_CONFIG, topicId });
  synced.length = 0;
  const log = await directory.openLog(
    { topic: 'orders', partition: 0 },
    { config: DEFAULT_LOG_CONFIG, topicId },
  );
  await append(log);
  expect(synced).toEqual([]);
  await log.flush();
  expect(synced.slice(0, 3)).toEqual(['partition.metadata', '/', LOG_FILE]);
  await directory.close(0);
});
