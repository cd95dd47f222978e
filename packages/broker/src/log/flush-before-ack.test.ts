import { afterEach, expect, test } from 'vitest';
import { interceptedDisk } from '../../test/log/intercepted-disk.ts';
import { batchOf, LogBed, type OpenOptions } from '../../test/log/log-bed.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { DiskError } from '../runtime/disk.ts';
import { DEFAULT_LOG_CONFIG } from './log-config.ts';
import type { PartitionLog } from './partition-log.ts';

const CLIENT = { origin: 'client', leaderEpoch: 0 } as const;
const ON = { ...DEFAULT_LOG_CONFIG, flushBeforeAck: true };

const beds: LogBed[] = [];
afterEach(() => {
  for (const bed of beds.splice(0)) bed.remove();
});

/** Logs on a disk whose syncs of segments wait until they are let through. */
class SlowSyncs {
  readonly bed: LogBed;
  readonly waiting: { readonly path: string; done(error?: DiskError): void }[] = [];
  isHeld = true;

  constructor() {
    this.bed = new LogBed(
      interceptedDisk({
        sync: (path) => {
          if (!this.isHeld || !path.endsWith('.log')) return undefined;
          const { promise, resolve, reject } = Promise.withResolvers<void>();
          this.waiting.push({ path, done: (error) => (error === undefined ? resolve() : reject(error)) });
          return promise;
        },
      }),
    );
    beds.push(this.bed);
  }

  async next() {
    await expect.poll(() => this.waiting.length).toBeGreaterThan(0);
    return this.waiting.shift();
  }

  async release(): Promise<void> {
    this.isHeld = false;
    for (const { done } of this.waiting.splice(0)) done();
  }
}

function append(log: PartitionLog, text: string, options = {}) {
  const outcome = log.appendAsLeader(batchOf([text], options), CLIENT);
  if (outcome.kind === 'rejected') throw new Error(outcome.message);
  const state: { code: number | null } = { code: null };
  void outcome.completion.then((code) => {
    state.code = code;
  });
  return { ...outcome, state };
}

async function openLog(syncs: SlowSyncs, config: NonNullable<OpenOptions['config']>) {
  return syncs.bed.open({ config });
}

test('an append completes, and counts, when it is synced and not when it is written', async () => {
  const syncs = new SlowSyncs();
  const log = await openLog(syncs, ON);
  let moves = 0;
  log.listen({ endMoved: () => (moves += 1), startMoved: () => {}, rolledBack: () => {}, damaged: () => {} });
  const first = append(log, 'a');
  const sync = await syncs.next();
  expect([log.logEndOffset, log.acknowledgedEndOffset, first.state.code, moves]).toEqual([1, 0, null, 0]);
  // Written while the first sync is under way: it has to wait for the next one.
  const second = append(log, 'b');
  await expect.poll(() => log.logEndOffset).toBe(2);
  sync?.done();
  expect(await first.completion).toBe(ErrorCode.NONE);
  expect([log.acknowledgedEndOffset, second.state.code, moves]).toEqual([1, null, 1]);
  (await syncs.next())?.done();
  expect(await second.completion).toBe(ErrorCode.NONE);
  expect([log.acknowledgedEndOffset, moves]).toEqual([2, 2]);
  await syncs.release();
  await log.close();
});

test('logs that are written in one turn are synced in one round, and what comes meanwhile in the next', async () => {
  const syncs = new SlowSyncs();
  const environment = syncs.bed.environment();
  const open = (name: string) => syncs.bed.open({ config: ON, environment, name });
  const logs = [await open('a'), await open('b'), await open('c')];
  // The first append of a log makes its file, and takes its time.
  for (const log of logs) {
    const { completion } = append(log, 'w');
    (await syncs.next())?.done();
    await completion;
  }
  const appends = logs.map((log) => append(log, 'x'));
  await expect.poll(() => syncs.waiting.length).toBe(3);
  const [first] = logs;
  if (first === undefined) throw new Error('no log');
  const late = append(first, 'y');
  await expect.poll(() => first.logEndOffset).toBe(3);
  // One log of the round is done: it is not synced again before the others are.
  syncs.waiting.shift()?.done();
  expect(await appends[0]?.completion).toBe(ErrorCode.NONE);
  await new Promise(setImmediate);
  expect(syncs.waiting.length).toBe(2);
  for (const { done } of syncs.waiting.splice(0)) done();
  (await syncs.next())?.done();
  expect(await late.completion).toBe(ErrorCode.NONE);
  await syncs.release();
  for (const log of logs) await log.close();
});

test('a duplicate of a batch that is written and not synced waits for the sync', async () => {
  const syncs = new SlowSyncs();
  const log = await openLog(syncs, ON);
  const producer = { producerId: 7, producerEpoch: 0, baseSequence: 0 };
  append(log, 'a', producer);
  const sync = await syncs.next();
  await expect.poll(() => log.logEndOffset).toBe(1);
  const repeated = append(log, 'a', producer);
  expect(repeated).toMatchObject({ kind: 'duplicate', info: { firstOffset: 0 } });
  await new Promise(setImmediate);
  expect(repeated.state.code).toBeNull();
  sync?.done();
  expect(await repeated.completion).toBe(ErrorCode.NONE);
  await syncs.release();
  await log.close();
});

test('the config acts on what is under way: turned off it lets go, turned on it syncs what was written', async () => {
  const syncs = new SlowSyncs();
  const log = await openLog(syncs, ON);
  const producer = { producerId: 7, producerEpoch: 0, baseSequence: 0 };
  const first = append(log, 'a', producer);
  const sync = await syncs.next();
  log.updateConfig(DEFAULT_LOG_CONFIG);
  expect(await first.completion).toBe(ErrorCode.NONE);
  expect(log.acknowledgedEndOffset).toBe(1);
  const second = append(log, 'b');
  expect(await second.completion).toBe(ErrorCode.NONE);
  log.updateConfig(ON);
  // It was acknowledged before; who asks again asks under the new rule.
  const repeated = append(log, 'a', producer);
  expect(repeated.kind).toBe('duplicate');
  await new Promise(setImmediate);
  expect(repeated.state.code).toBeNull();
  sync?.done();
  expect(await repeated.completion).toBe(ErrorCode.NONE);
  (await syncs.next())?.done();
  await expect.poll(() => log.recoveryPoint).toBe(2);
  await syncs.release();
  await log.close();
});

test('turned on, it syncs what was written before without being asked', async () => {
  const syncs = new SlowSyncs();
  const log = await openLog(syncs, {});
  expect(await append(log, 'a').completion).toBe(ErrorCode.NONE);
  log.updateConfig(ON);
  (await syncs.next())?.done();
  await expect.poll(() => log.acknowledgedEndOffset).toBe(1);
  await syncs.release();
  await log.close();
});

test('what a crash has left behind is synced before the log is there', async () => {
  const syncs = new SlowSyncs();
  const log = await openLog(syncs, {});
  expect(await append(log, 'a').completion).toBe(ErrorCode.NONE);
  const again = openLog(syncs, ON);
  const sync = await syncs.next();
  sync?.done();
  await syncs.release();
  expect((await again).acknowledgedEndOffset).toBe(1);
});

test('what there is no space for to be synced at the start is synced when there is', async () => {
  let isFull = false;
  let refusals = 0;
  const bed = new LogBed(
    interceptedDisk({
      open: (path, mode) => {
        if (!isFull || mode !== 'create' || !path.includes('leader-epoch')) return;
        refusals += 1;
        throw new DiskError('ENOSPC', path);
      },
    }),
  );
  beds.push(bed);
  const log = await bed.open();
  expect(await append(log, 'a').completion).toBe(ErrorCode.NONE);
  isFull = true;
  const again = await bed.open({ config: ON });
  // Once before it was there, and once as what is written must be synced from now on.
  await expect.poll(() => refusals).toBe(2);
  await new Promise(setImmediate);
  expect([again.logEndOffset, again.acknowledgedEndOffset, again.isOffline]).toEqual([1, 0, false]);
  isFull = false;
  await expect
    .poll(() => {
      bed.clock.advance(500);
      return again.acknowledgedEndOffset;
    })
    .toBe(1);
  await again.close();
});

test.each([
  ['flush.before.ack', ON],
  ['flush.messages', { ...DEFAULT_LOG_CONFIG, flushMessages: 1 }],
])('with %s a sync that fails acknowledges nothing and takes the log offline', async (_name, config) => {
  const syncs = new SlowSyncs();
  const log = await openLog(syncs, config);
  let moves = 0;
  log.listen({ endMoved: () => (moves += 1), startMoved: () => {}, rolledBack: () => {}, damaged: () => {} });
  const append1 = append(log, 'a');
  (await syncs.next())?.done(new DiskError('EIO', log.directory));
  expect(await append1.completion).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
  expect([log.isOffline, syncs.bed.failures.length, moves]).toEqual([true, 1, 0]);
});

test('a sync that finds no space may have lost records: it takes the log offline too', async () => {
  const syncs = new SlowSyncs();
  const log = await openLog(syncs, ON);
  const append1 = append(log, 'a');
  (await syncs.next())?.done(new DiskError('ENOSPC', log.directory));
  expect(await append1.completion).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
  expect([log.isOffline, syncs.bed.failures.length]).toEqual([true, 1]);
});

test('who waits for a sync when the log is taken away is told so', async () => {
  const syncs = new SlowSyncs();
  const log = await openLog(syncs, ON);
  const waiting = append(log, 'a');
  const sync = await syncs.next();
  const abandoned = log.abandon();
  expect(await waiting.completion).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
  sync?.done();
  await syncs.release();
  await abandoned;
});

test.each(['abandoned', 'given up with its disk'])(
  'so is who is still being written when the log is %s',
  async (how) => {
    const written = Promise.withResolvers<void>();
    let isWriting = false;
    const bed = new LogBed(
      interceptedDisk({
        write: (file) => {
          if (!file.path.endsWith('.log')) return undefined;
          isWriting = true;
          return written.promise;
        },
      }),
    );
    beds.push(bed);
    const log = await bed.open({ config: ON });
    const { completion } = append(log, 'a');
    await expect.poll(() => isWriting).toBe(true);
    const abandoned = how === 'abandoned' ? log.abandon() : null;
    if (abandoned === null) log.goOffline(new DiskError('EIO', bed.directory));
    written.resolve();
    expect(await completion).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
    await abandoned;
  },
);
