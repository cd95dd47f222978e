import { afterEach, beforeEach, expect, test } from 'vitest';
import { CountedDisk } from '../../test/log/counted-disk.ts';
import { batchOf, LogBed } from '../../test/log/log-bed.ts';
import type { PartitionLog } from './partition-log.ts';

const CLIENT = { origin: 'client', leaderEpoch: 0 } as const;

/** Besides the records: indexes, snapshots, checkpoints, and the batches of one index interval before the tail. */
const AROUND_BYTES = 64 * 1024;

let counted: CountedDisk;
let bed: LogBed;
beforeEach(() => {
  counted = new CountedDisk();
  bed = new LogBed(counted.disk);
});
afterEach(() => bed.remove());

async function append(log: PartitionLog, batches: number): Promise<number> {
  const value = 'v'.repeat(1000);
  let bytes = 0;
  for (let index = 0; index < batches; index++) {
    const batch = batchOf([value]);
    bytes += batch.length;
    const outcome = log.appendAsLeader(batch, CLIENT);
    if (outcome.kind === 'appended') await outcome.completion;
  }
  return bytes;
}

test('after a crash that follows a clean stop what was there before is not read, though it is in the same segment', async () => {
  const before = await bed.open();
  await append(before, 2000);
  await before.close();
  const recoveryPoint = before.logEndOffset;
  const crashed = await bed.open({ isClean: true, recoveryPoint });
  const tailBytes = await append(crashed, 300);
  counted.taken();
  const recovered = await bed.open({ recoveryPoint });
  expect(recovered.logEndOffset).toBe(2300);
  const { readBytes } = counted.taken();
  expect(readBytes).toBeGreaterThanOrEqual(tailBytes);
  expect(readBytes).toBeLessThanOrEqual(tailBytes + AROUND_BYTES);
  await recovered.close();
  await crashed.abandon();
});

test('after a crash the segments that were closed and synced are not read', async () => {
  const config = { segmentBytes: 500_000 };
  const crashed = await bed.open({ config });
  await append(crashed, 2000);
  await crashed.flush();
  const recoveryPoint = crashed.logEndOffset;
  const tailBytes = await append(crashed, 300);
  counted.taken();
  const recovered = await bed.open({ config, recoveryPoint });
  expect(recovered.logEndOffset).toBe(2300);
  const { readBytes } = counted.taken();
  expect(readBytes).toBeGreaterThanOrEqual(tailBytes);
  // Without a snapshot in its middle the segment that holds the recovery point is read from its beginning.
  expect(readBytes).toBeLessThanOrEqual(tailBytes + config.segmentBytes + AROUND_BYTES);
  await recovered.close();
  await crashed.abandon();
});
