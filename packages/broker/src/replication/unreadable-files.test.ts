import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { interceptedDisk } from '../../test/log/intercepted-disk.ts';
import { batchOf, contentOf, LogBed } from '../../test/log/log-bed.ts';
import { ledPartition } from '../../test/replication/led-partition.ts';
import { DamagedLogError } from '../log/damaged-log-error.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { buildBatch } from '../protocol/records.ts';
import { DiskError } from '../runtime/disk.ts';
import { type PartitionReadRequest, readPartition } from './partition-read.ts';

/*
 * A bad place on the disk under a file beside the records: what the records tell as well is taken from them, and what they
 * do not is missed by their log alone.
 */

const CONFIG = { segmentBytes: 300 };
const TIMESTAMP = 1_700_000_000_000;

/** What cannot be read at present, by the end of its path, and why. */
let unreadable: { readonly end: string; readonly code: string } | null;
let bed: LogBed;
beforeEach(() => {
  unreadable = null;
  const refuse = (path: string) => {
    if (unreadable !== null && path.endsWith(unreadable.end)) throw new DiskError(unreadable.code, path);
  };
  bed = new LogBed(interceptedDisk({ read: refuse }));
});
afterEach(() => bed.remove());

/** Ten records in some segments, after a clean stop; the first was written in a transaction that was aborted. */
async function reopened(): Promise<PartitionLog> {
  const written = await bed.open({ config: CONFIG });
  const producer = { producerId: 1, producerEpoch: 0, isTransactional: true, leaderEpoch: 5 };
  const abort = {
    key: Buffer.from([0, 0, 0, 0]),
    value: Buffer.from([0, 0, 0, 0, 0, 9]),
    timestamp: TIMESTAMP,
  };
  const batches = [
    batchOf(['0'], { ...producer, baseSequence: 0 }),
    buildBatch([abort], { ...producer, isControl: true, baseOffset: 1 }),
  ];
  for (let offset = 2; offset < 10; offset++)
    batches.push(
      batchOf([`${offset}`.repeat(50)], {
        baseOffset: offset,
        leaderEpoch: 5,
        timestamp: TIMESTAMP + offset,
      }),
    );
  for (const batch of batches) {
    const outcome = written.follower.append(batch);
    if (outcome.kind === 'appended') await outcome.completion;
  }
  await written.close();
  return bed.open({ config: CONFIG, isClean: true, recoveryPoint: 10, highWatermark: 10 });
}

const COMMITTED: PartitionReadRequest = {
  ...{ fetchOffset: 0, currentLeaderEpoch: -1, lastFetchedEpoch: -1, requireLeader: true },
  ...{ maxBytes: 10_000, minOneBatch: true },
  isolation: 'last-stable-offset',
};

describe('a file beside the records', () => {
  test.each(['.index', '.timeindex'])('that finds them (%s) is not missed', async (end) => {
    unreadable = { end, code: 'EIO' };
    const log = await reopened();
    expect((await contentOf(log)).map(([offset]) => offset)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await log.offsetForTimestamp(TIMESTAMP + 5)).toMatchObject({ record: { offset: 5 } });
    expect(await log.newestRecord()).toMatchObject({ record: { offset: 9 } });
    expect([log.isOffline, bed.failures]).toEqual([false, []]);
    await log.close();
  });

  test('that tells what was aborted takes its log offline, and no record is given', async () => {
    const log = await reopened();
    const partition = ledPartition(log);
    expect((await readPartition(partition, COMMITTED)).abortedTransactions).toHaveLength(1);
    const again = await bed.open({ config: CONFIG, isClean: true, recoveryPoint: 10, highWatermark: 10 });
    unreadable = { end: '.txnindex', code: 'EIO' };
    const read = await readPartition(ledPartition(again), COMMITTED);
    expect(read).toMatchObject({ errorCode: ErrorCode.KAFKA_STORAGE_ERROR, sizeInBytes: 0 });
    expect(again.failure).toBeInstanceOf(DamagedLogError);
    expect(bed.failures).toEqual([]);
    await log.close();
    await again.close();
  });
});

test.each(['.timeindex', '.txnindex', '.log'])(
  'without a handle for %s a look-up is refused, and the next one is not',
  async (end) => {
    const log = await reopened();
    const partition = ledPartition(log);
    const refused = { errorCode: ErrorCode.KAFKA_STORAGE_ERROR };
    unreadable = { end, code: 'EMFILE' };
    if (end !== '.txnindex') expect(await log.offsetForTimestamp(TIMESTAMP + 3)).toMatchObject(refused);
    if (end !== '.timeindex') expect(await readPartition(partition, COMMITTED)).toMatchObject(refused);
    expect([log.isOffline, bed.failures]).toEqual([false, []]);
    unreadable = null;
    expect(await log.offsetForTimestamp(TIMESTAMP + 3)).toMatchObject({ record: { offset: 3 } });
    expect(await readPartition(partition, COMMITTED)).toMatchObject({ errorCode: ErrorCode.NONE });
    await log.close();
  },
);
