import fs from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { interceptedDisk } from '../../test/log/intercepted-disk.ts';
import { batchOf, contentOf, LogBed } from '../../test/log/log-bed.ts';
import { withFiles } from '../../test/sim/variants.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { type Disk, DiskError } from '../runtime/disk.ts';
import { DEFAULT_LOG_CONFIG } from './log-config.ts';
import { LogDirectory } from './log-directory.ts';
import type { PartitionLog } from './partition-log.ts';

const CLIENT = { origin: 'client', leaderEpoch: 0 } as const;

const beds: LogBed[] = [];
afterEach(() => {
  for (const bed of beds.splice(0)) bed.remove();
});

/** A disk that has room for so many writes and new files; the write that finds none is done in part. */
class SmallDisk {
  room: number;
  readonly disk: Disk = interceptedDisk({
    open: (path, mode) => {
      if (mode === 'create' && !fs.existsSync(path)) this.#take(path);
    },
    write: async (file, buffers, position) => {
      if (this.room > 0) this.room -= 1;
      else {
        const bytes = Buffer.concat(buffers);
        await file.write([bytes.subarray(0, Math.floor(bytes.length * 0.8))], position);
        throw new DiskError('ENOSPC', file.path);
      }
    },
  });

  constructor(room: number) {
    this.room = room;
  }

  #take(path: string): void {
    if (this.room === 0) throw new DiskError('ENOSPC', path);
    this.room -= 1;
  }
}

function bedOn(disk: Disk): LogBed {
  const bed = new LogBed(disk);
  beds.push(bed);
  return bed;
}

/** What a start after a kill finds. */
async function contentAfterCrash(bed: LogBed): Promise<[number, string][]> {
  const again = bedOn(new LogBed().disk);
  fs.cpSync(bed.directory, again.directory, { recursive: true });
  const log = await again.open();
  const content = await contentOf(log);
  await log.close();
  return content;
}

function codeOf(log: PartitionLog, text: string, sequence: number): Promise<number> {
  const batch = batchOf([text], { producerId: 7, producerEpoch: 0, baseSequence: sequence });
  const outcome = log.appendAsLeader(batch, CLIENT);
  return outcome.kind === 'rejected' ? Promise.resolve(outcome.errorCode) : outcome.completion;
}

const TEXTS = Array.from({ length: 12 }, (_, index) => `${index}${'.'.repeat((index * 37) % 120)}`);

describe('a disk that is full', () => {
  test('fails appends, whose offsets and sequences are free again, wherever it happens to fill up', async () => {
    let refusals = 0;
    for (let room = 0; room < 40; room++) {
      const small = new SmallDisk(Number.POSITIVE_INFINITY);
      const bed = bedOn(small.disk);
      const log = await bed.open({ config: { segmentBytes: 400, flushMessages: 5 } });
      small.room = room;
      const codes = await Promise.all(TEXTS.map((text, sequence) => codeOf(log, text, sequence)));
      const failed = codes.findIndex((code) => code !== ErrorCode.NONE);
      if (failed >= 0) {
        refusals += 1;
        expect(codes.slice(failed).every((code) => code !== ErrorCode.NONE)).toBe(true);
        expect([log.isOffline, bed.failures.length]).toEqual([false, 0]);
      }
      // What was not flushed is in the log all the same, and a retry of it is a duplicate.
      const written = log.logEndOffset;
      expect(written).toBeGreaterThanOrEqual(failed < 0 ? TEXTS.length : failed);
      expect(await contentAfterCrash(bed)).toEqual(
        TEXTS.slice(0, written).map((text, offset) => [offset, text]),
      );
      small.room = Number.POSITIVE_INFINITY;
      bed.clock.advance(60_000);
      const from = failed < 0 ? TEXTS.length : failed;
      for (const [index, text] of TEXTS.slice(from).entries()) {
        expect(await codeOf(log, text, from + index)).toBe(ErrorCode.NONE);
      }
      const all = TEXTS.map((text, offset) => [offset, text]);
      expect(await contentOf(log)).toEqual(all);
      expect(await contentAfterCrash(bed)).toEqual(all);
      expect(await log.close()).toBe(true);
    }
    expect(refusals).toBeGreaterThan(10);
  });

  test('leaves nothing of a failed write for a recovery to find behind a shorter one', async () => {
    const small = new SmallDisk(Number.POSITIVE_INFINITY);
    const bed = bedOn(small.disk);
    const log = await bed.open();
    small.room = 0;
    // Both go out in one write, of which the first batch is whole on the disk.
    const failed = await Promise.all([codeOf(log, 'first', 0), codeOf(log, 'x'.repeat(500), 1)]);
    expect(failed).toEqual([ErrorCode.KAFKA_STORAGE_ERROR, ErrorCode.KAFKA_STORAGE_ERROR]);
    small.room = Number.POSITIVE_INFINITY;
    bed.clock.advance(60_000);
    expect(await codeOf(log, 'other', 0)).toBe(ErrorCode.NONE);
    expect(await contentAfterCrash(bed)).toEqual([[0, 'other']]);
    await log.close();
  });

  test('fails what was queued behind a write that it refused, though there is space again by then', async () => {
    const small = new SmallDisk(Number.POSITIVE_INFINITY);
    const bed = bedOn(small.disk);
    const log = await bed.open();
    small.room = 0;
    const codes = TEXTS.map((text, sequence) => codeOf(log, text, sequence));
    void codes[0]?.then(() => {
      small.room = Number.POSITIVE_INFINITY;
    });
    expect(new Set(await Promise.all(codes))).toEqual(new Set([ErrorCode.KAFKA_STORAGE_ERROR]));
    expect([log.logEndOffset, await contentAfterCrash(bed)]).toEqual([0, []]);
    await log.close();
  });

  test('is waited for by the log of the metadata', async () => {
    const small = new SmallDisk(Number.POSITIVE_INFINITY);
    const bed = bedOn(small.disk);
    const log = await bed.open({ waitsForSpace: true });
    small.room = 0;
    const outcome = log.appendAsLeader(batchOf(['a']), { origin: 'raft', leaderEpoch: 0 });
    if (outcome.kind !== 'appended') throw new Error(outcome.kind);
    const state = { isDone: false };
    void outcome.completion.then(() => {
      state.isDone = true;
    });
    for (let round = 0; round < 5; round++) {
      bed.clock.advance(500);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect([state.isDone, log.isOffline]).toEqual([false, false]);
    small.room = Number.POSITIVE_INFINITY;
    await expect
      .poll(() => {
        bed.clock.advance(500);
        return state.isDone;
      })
      .toBe(true);
    expect(await outcome.completion).toBe(ErrorCode.NONE);
    await log.close();
  });

  test('does not keep a log from stopping that waits for it', async () => {
    const small = new SmallDisk(Number.POSITIVE_INFINITY);
    const bed = bedOn(small.disk);
    const log = await bed.open({ waitsForSpace: true });
    const append = (text: string) => {
      const outcome = log.appendAsLeader(batchOf([text]), { origin: 'raft', leaderEpoch: 0 });
      if (outcome.kind !== 'appended') throw new Error(outcome.kind);
      return outcome.completion;
    };
    expect(await append('a')).toBe(ErrorCode.NONE);
    small.room = 0;
    const waiting = append('b');
    log.stopWaiting();
    bed.clock.advance(500);
    expect(await waiting).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
    expect(await log.close()).toBe(false);
    expect(await contentAfterCrash(bed)).toEqual([[0, 'a']]);
  });

  test('has nothing to say of the stop of a log that never had a record', async () => {
    const small = new SmallDisk(Number.POSITIVE_INFINITY);
    const bed = bedOn(small.disk);
    const log = await bed.open({});
    small.room = 0;
    expect(await log.close()).toBe(true);
    expect(await contentAfterCrash(bed)).toEqual([]);
  });

  test('lets a log that waits no longer take what there is space for', async () => {
    const log = await bedOn(new SmallDisk(Number.POSITIVE_INFINITY).disk).open({ waitsForSpace: true });
    log.stopWaiting();
    const outcome = log.appendAsLeader(batchOf(['a']), { origin: 'raft', leaderEpoch: 0 });
    if (outcome.kind !== 'appended') throw new Error(outcome.kind);
    expect(await outcome.completion).toBe(ErrorCode.NONE);
    await log.close();
  });

  test('lets no stop count as a clean one that could not write everything', async () => {
    let isFull = false;
    const bed = bedOn(
      interceptedDisk({
        open: (path) => {
          if (isFull && path.endsWith('.index')) throw new DiskError('ENOSPC', path);
        },
      }),
    );
    const failures: unknown[] = [];
    const directory = await LogDirectory.open({
      ...bed.environment(),
      path: bed.directory,
      nodeId: 1,
      onOffline: (error) => failures.push(error),
    });
    const log = await directory.openLog(
      { topic: 'orders', partition: 0 },
      { config: DEFAULT_LOG_CONFIG, topicId: 'oLIQyYhGQsiCoFcXtVXDSA' },
    );
    expect(await codeOf(log, 'a', 0)).toBe(ErrorCode.NONE);
    isFull = true;
    await directory.close(0);
    expect(bed.files()).not.toContain('.kafka_cleanshutdown');
    expect(failures).toEqual([]);
    isFull = false;
    const again = await LogDirectory.open({
      ...bed.environment(),
      path: bed.directory,
      nodeId: 1,
      onOffline: () => {},
    });
    expect(again.wasClean).toBe(false);
    await again.close(0);
  });
});

test('a log that is to get its first record, and no space for its file, takes it when there is some', async () => {
  const small = new SmallDisk(0);
  const log = await bedOn(small.disk).open();
  const append = () => {
    const outcome = log.appendAsLeader(batchOf(['a']), CLIENT);
    return outcome.kind === 'appended' ? outcome.completion : ErrorCode.UNKNOWN_SERVER_ERROR;
  };
  expect(await append()).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
  expect([log.isOffline, log.logEndOffset]).toEqual([false, 0]);
  small.room = Number.POSITIVE_INFINITY;
  expect(await append()).toBe(ErrorCode.NONE);
  expect(await contentOf(log)).toEqual([[0, 'a']]);
  expect(await log.close()).toBe(true);
});

test('what was refused for want of space is cut off durably before anybody is told', async () => {
  const events: string[] = [];
  const small = new SmallDisk(Number.POSITIVE_INFINITY);
  const bed = bedOn(
    withFiles(
      small.disk,
      (path) => path.endsWith('.log'),
      (file) => ({
        truncate: (size) => file.truncate(size).then(() => void events.push(`cut off at ${size}`)),
        sync: () => file.sync().then(() => void events.push('synced')),
      }),
    ),
  );
  const log = await bed.open();
  const first = batchOf(['a']);
  const written = log.appendAsLeader(first, CLIENT);
  expect(written.kind === 'appended' && (await written.completion)).toBe(ErrorCode.NONE);
  await log.close();
  const again = await bed.open({ isClean: true, recoveryPoint: 1 });
  events.length = 0;
  small.room = 0;
  const outcome = again.appendAsLeader(batchOf(['b']), CLIENT);
  if (outcome.kind !== 'appended') throw new Error(outcome.kind);
  expect(await outcome.completion).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
  expect(events).toEqual([`cut off at ${first.length}`, 'synced']);
  small.room = Number.POSITIVE_INFINITY;
  expect(await again.close()).toBe(true);
});
