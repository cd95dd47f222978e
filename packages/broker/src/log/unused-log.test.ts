import fs from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { batchOf, contentOf, LogBed } from '../../test/log/log-bed.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { DiskError } from '../runtime/disk.ts';
import { DamagedLogError } from './damaged-log-error.ts';
import type { PartitionLog } from './partition-log.ts';

let bed: LogBed;
beforeEach(() => {
  bed = new LogBed();
});
afterEach(() => bed.remove());

const FIRST_FILE = '00000000000000000000.log';

function append(log: PartitionLog, text: string, leaderEpoch = 0) {
  const outcome = log.appendAsLeader(batchOf([text]), { origin: 'client', leaderEpoch });
  return outcome.kind === 'appended' ? outcome.completion : outcome;
}

describe('a log that never had a record', () => {
  test('has no file before it gets one, and then is a log like any other', async () => {
    const log = await bed.open();
    expect([log.isUnused, log.logStartOffset, log.logEndOffset, log.highWatermark]).toEqual([true, 0, 0, 0]);
    expect(bed.files()).toEqual([]);
    expect(await append(log, 'a')).toBe(ErrorCode.NONE);
    expect([log.isUnused, log.logEndOffset]).toEqual([false, 1]);
    expect(bed.files()).toEqual([FIRST_FILE]);
    expect(await log.close()).toBe(true);
    const again = await bed.open({ isClean: true, recoveryPoint: 1 });
    expect(await contentOf(again)).toEqual([[0, 'a']]);
    await again.close();
  });

  test('knows the epoch of a leader that has appended nothing, before and after its first record', async () => {
    const log = await bed.open();
    expect(log.endOffsetForEpoch(3)).toEqual({ leaderEpoch: -1, endOffset: -1 });
    expect([log.beginEpoch(3), log.beginEpoch(5)]).toEqual([0, 0]);
    const known = () => [
      log.latestEpoch,
      log.leaderEpochs,
      log.endOffsetForEpoch(5),
      log.endOffsetForEpoch(4),
    ];
    const entries = [{ epoch: 5, startOffset: 0 }];
    expect(known()).toEqual([5, entries, { leaderEpoch: 5, endOffset: 0 }, { leaderEpoch: 4, endOffset: 0 }]);
    await append(log, 'a', 5);
    expect(known()).toEqual([5, entries, { leaderEpoch: 5, endOffset: 1 }, { leaderEpoch: 4, endOffset: 0 }]);
    await log.close();
    const epochs = fs.readFileSync(`${bed.directory}/leader-epoch-checkpoint`, 'utf8');
    expect(epochs).toBe('0\n1\n5 0\n');
  });

  test('gives nothing to read at its end, and refuses any other offset', async () => {
    const log = await bed.open();
    const request = { maxBytes: 1000, upToOffset: 0, minOneBatch: true };
    expect(await log.read({ ...request, fromOffset: 0 })).toMatchObject({ kind: 'records', sizeInBytes: 0 });
    const refused = { kind: 'refused', errorCode: ErrorCode.OFFSET_OUT_OF_RANGE };
    expect(await log.read({ ...request, fromOffset: 1 })).toEqual(refused);
    expect(log.isUnused).toBe(true);
    await log.close();
  });

  test('may begin anywhere, when its leader does', async () => {
    const log = await bed.open();
    await log.follower.startAt(40);
    expect([log.logStartOffset, log.logEndOffset]).toEqual([40, 40]);
    expect(await append(log, 'a')).toBe(ErrorCode.NONE);
    expect(await contentOf(log)).toEqual([[40, 'a']]);
    expect(bed.files().filter((name) => name.endsWith('.log'))).toEqual(['00000000000000000040.log']);
    await log.close();
  });

  test.each(['closed', 'abandoned'] as const)('takes none any more when it is %s', async (how) => {
    const log = await bed.open();
    await (how === 'closed' ? log.close() : log.abandon());
    expect(await append(log, 'a')).toMatchObject({ errorCode: ErrorCode.KAFKA_STORAGE_ERROR });
    expect([log.logEndOffset, bed.files()]).toEqual([0, []]);
  });

  test('is offline with its directory, and stays so', async () => {
    const log = await bed.open();
    const error = new DiskError('EIO', bed.directory);
    log.goOffline(error);
    expect([log.isOffline, log.failure]).toEqual([true, error]);
    expect(await append(log, 'a')).toMatchObject({ errorCode: ErrorCode.KAFKA_STORAGE_ERROR });
    expect(log.failure).toBe(error);
    expect(await log.close()).toBe(false);
  });
});

/** What somebody puts into the folder of a log while the broker believes that it never had a record. */
async function withStrangeFiles(put: (directory: string) => Promise<void> | void) {
  const log = await bed.open();
  await put(bed.directory);
  return log;
}

describe('what lies in the folder unbeknown', () => {
  test('is not written over where it is records: the log goes offline, and its directory does not', async () => {
    const log = await withStrangeFiles(async () => {
      const other = new LogBed();
      const written = await other.open();
      await append(written, 'precious');
      await written.close();
      fs.copyFileSync(`${other.directory}/${FIRST_FILE}`, `${bed.directory}/${FIRST_FILE}`);
      other.remove();
    });
    const before = fs.readFileSync(`${bed.directory}/${FIRST_FILE}`);
    expect(await append(log, 'a')).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
    expect(log.failure).toBeInstanceOf(DamagedLogError);
    expect(bed.failures).toEqual([]);
    expect(fs.readFileSync(`${bed.directory}/${FIRST_FILE}`).equals(before)).toBe(true);
    await log.close();
  });

  test('is not mixed with where records of another offset lie', async () => {
    const log = await withStrangeFiles((directory) => {
      fs.writeFileSync(`${directory}/00000000000000000007.log`, '');
    });
    expect(await append(log, 'a')).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
    expect(bed.files()).toEqual(['00000000000000000007.log']);
    await log.close();
  });

  test('is taken for the file of the log where that is as empty', async () => {
    const log = await withStrangeFiles((directory) => fs.writeFileSync(`${directory}/${FIRST_FILE}`, ''));
    expect(await append(log, 'a')).toBe(ErrorCode.NONE);
    expect(await contentOf(log)).toEqual([[0, 'a']]);
    await log.close();
  });
});
