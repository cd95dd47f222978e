import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LogBed } from '../../test/log/log-bed.ts';
import { type Disk, DiskError } from '../runtime/disk.ts';
import { silentLogger } from '../runtime/logger.ts';
import { nodeDisk } from '../runtime/node-disk.ts';
import { CleanerCheckpoint } from './cleaner-checkpoint.ts';
import { DirectoryCheckpoints } from './directory-checkpoints.ts';
import type { TopicPartition } from './log-environment.ts';

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'odradek-checkpoints-'));
beforeEach(() => fs.mkdirSync(directory, { recursive: true }));
afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

test('partitions that begin at the same time forget their namesakes one after the other', async () => {
  const topics = ['a', 'b', 'c', 'd'];
  const lines = topics.map((topic, index) => `${topic} 0 ${index + 1}`);
  fs.writeFileSync(`${directory}/recovery-point-offset-checkpoint`, ['0', '4', ...lines, ''].join('\n'));
  const checkpoints = await DirectoryCheckpoints.read(nodeDisk, directory, silentLogger);
  await Promise.all(topics.slice(1).map((topic) => checkpoints.begin({ topic, partition: 0 })));
  const written = fs.readFileSync(`${directory}/recovery-point-offset-checkpoint`, 'utf8');
  expect(written).toBe('0\n1\na 0 1\n');
});

const RECOVERY_POINTS = `${directory}/recovery-point-offset-checkpoint`;
const A = { topic: 'a', partition: 0 };
const B = { topic: 'b', partition: 0 };
const C = { topic: 'c', partition: 0 };

async function started(found: readonly TopicPartition[]) {
  const checkpoints = await DirectoryCheckpoints.read(nodeDisk, directory, silentLogger);
  checkpoints.keepOnly(found);
  const isLost = (partition: TopicPartition) => checkpoints.of(partition).isRecoveryPointLost;
  return { checkpoints, isLost };
}

test('a directory without the file of the recovery points has lost it, unless it has no partitions', async () => {
  const empty = await started([]);
  await empty.checkpoints.begin(A);
  expect(fs.readFileSync(RECOVERY_POINTS, 'utf8')).toBe('0\n0\n');
  expect((await started([A])).isLost(A)).toBe(false);

  fs.rmSync(RECOVERY_POINTS);
  const { checkpoints, isLost } = await started([A, B]);
  expect([isLost(A), isLost(B), isLost(C)]).toEqual([true, true, false]);
  await checkpoints.begin(C);
  expect(fs.existsSync(RECOVERY_POINTS)).toBe(false);
  // Only one of them is open yet: of the other the file must not say that it has nothing on the disk.
  await checkpoints.write('recoveryPoint', [{ ...A, offset: 7 }]);
  const again = await started([A, B, C]);
  expect([again.isLost(A), again.isLost(B)]).toEqual([false, true]);
  expect(again.checkpoints.of(B).recoveryPoint).toBe(0);
  await again.checkpoints.write(
    'recoveryPoint',
    [A, B].map((partition) => ({ ...partition, offset: 9 })),
  );
  expect((await started([A, B])).isLost(B)).toBe(false);
});

/** A disk that puts a file in the place of another once, and cannot say so for want of a handle. */
function forgetful(): Disk {
  let isLacking = true;
  return {
    ...nodeDisk,
    syncDirectory: async (synced) => {
      if (isLacking) {
        isLacking = false;
        throw new DiskError('EMFILE', synced);
      }
      await nodeDisk.syncDirectory(synced);
    },
  };
}

test('what a file says that may have been replaced is not believed: it is written again', async () => {
  fs.writeFileSync(RECOVERY_POINTS, '0\n1\na 0 5\n');
  const checkpoints = await DirectoryCheckpoints.read(forgetful(), directory, silentLogger);
  const write = (offset: number) => checkpoints.write('recoveryPoint', [{ ...A, offset }]);
  await expect(write(9)).rejects.toMatchObject({ code: 'EMFILE' });
  // The log is cut off there: records up to 9 are not on the disk then.
  await write(5);
  expect(fs.readFileSync(RECOVERY_POINTS, 'utf8')).toBe('0\n1\na 0 5\n');
});

test('nor is that of the cleaner', async () => {
  const file = `${directory}/cleaner-offset-checkpoint`;
  fs.writeFileSync(file, '0\n1\norders 0 5\n');
  const bed = new LogBed();
  const log = await bed.open();
  const checkpoint = new CleanerCheckpoint(forgetful(), directory, silentLogger);
  expect(await checkpoint.cleanedTo(log.topicPartition)).toBe(5);
  log.compaction.cleanedTo = 9;
  await expect(checkpoint.write([log])).rejects.toMatchObject({ code: 'EMFILE' });
  await checkpoint.lower(log.topicPartition, 7);
  expect(fs.readFileSync(file, 'utf8')).toBe('0\n1\norders 0 7\n');
  await log.close();
  bed.remove();
});
