import fs from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { interceptedDisk } from '../../test/log/intercepted-disk.ts';
import { batchOf, LogBed } from '../../test/log/log-bed.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { PartitionLog } from './partition-log.ts';

const beds: LogBed[] = [];
afterEach(() => {
  for (const bed of beds.splice(0)) bed.remove();
});

/** A bed where what `isHeld` names waits, once it is armed, until it is let go. */
function heldBed(operation: 'sync' | 'open') {
  const gate = {
    isArmed: false,
    arrived: Promise.withResolvers<void>(),
    open: Promise.withResolvers<void>(),
  };
  const hold = async (): Promise<void> => {
    if (!gate.isArmed) return;
    gate.arrived.resolve();
    await gate.open.promise;
  };
  const bed = new LogBed(interceptedDisk({ [operation]: hold }));
  beds.push(bed);
  return { bed, gate };
}

async function append(log: PartitionLog): Promise<void> {
  const outcome = log.appendAsLeader(batchOf(['x'.repeat(100)]), { origin: 'client', leaderEpoch: 0 });
  if (outcome.kind !== 'appended') throw new Error(outcome.kind);
  await outcome.completion;
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

test('a log that is given up while it is synced lets its directory go when the sync is over', async () => {
  const { bed, gate } = heldBed('sync');
  const log = await bed.open({ config: { segmentBytes: 200 } });
  await append(log);
  gate.isArmed = true;
  // It rolls, and the segment before is synced behind its back.
  await append(log);
  await gate.arrived.promise;
  let isAway = false;
  const departed = log.abandon().then(() => {
    fs.renameSync(bed.directory, `${bed.directory}-delete`);
    isAway = true;
  });
  await turns(50);
  expect(isAway).toBe(false);
  gate.open.resolve();
  await departed;
  await turns(50);
  expect(bed.failures).toEqual([]);
  fs.renameSync(`${bed.directory}-delete`, bed.directory);
});

test('a reader that finds nothing any more in a log that was given up does not bring its directory down', async () => {
  const { bed, gate } = heldBed('open');
  const written = await bed.open({ config: { segmentBytes: 200 } });
  for (let index = 0; index < 3; index++) await append(written);
  await written.close();
  const log = await bed.open({ isClean: true, highWatermark: 3 });
  gate.isArmed = true;
  const read = log.read({ fromOffset: 0, maxBytes: 1, upToOffset: 3, minOneBatch: true });
  await gate.arrived.promise;
  const abandoned = log.abandon();
  fs.renameSync(bed.directory, `${bed.directory}-delete`);
  gate.open.resolve();
  expect(await read).toEqual({ kind: 'refused', errorCode: ErrorCode.KAFKA_STORAGE_ERROR });
  await abandoned;
  expect(bed.failures).toEqual([]);
  fs.renameSync(`${bed.directory}-delete`, bed.directory);
});
