import { expect, test } from 'vitest';
import { ManualClock } from '../../test/log/log-bed.ts';
import { DiskError } from '../runtime/disk.ts';
import { silentLogger } from '../runtime/logger.ts';
import { SpaceGuard } from './space-guard.ts';

const MIB = 1024 * 1024;

/** A guard over a disk of which only the free bytes matter. */
function guarded({
  freeMib,
  totalMib = 100_000,
  minFreeBytes = 100 * MIB,
}: {
  freeMib: number;
  totalMib?: number;
  minFreeBytes?: number;
}) {
  const state = {
    freeMib,
    looks: 0,
    lows: [] as boolean[],
    lost: [] as string[],
    error: null as DiskError | null,
  };
  const clock = new ManualClock();
  const look = async () => {
    state.looks += 1;
    if (state.error !== null) throw state.error;
    return { freeBytes: state.freeMib * MIB, totalBytes: totalMib * MIB };
  };
  const guard = new SpaceGuard({
    clock,
    look,
    logger: silentLogger,
    path: '/data',
    minFreeBytes: () => minFreeBytes,
    onChanged: (isLow) => state.lows.push(isLow),
    onLost: ({ code }) => state.lost.push(code),
  });
  return { guard, clock, state, settled: () => new Promise(setImmediate) };
}

test('clients are refused while so much is still free, coordinators later, and the metadata never', async () => {
  const { guard, clock, state, settled } = guarded({ freeMib: 101 });
  await guard.start();
  expect(guard.refuses('client', MIB / 2)).toBe(false);
  expect(guard.refuses('client', MIB)).toBe(true);
  expect(guard.refuses('coordinator', MIB)).toBe(false);
  expect([guard.isLow, state.lows]).toEqual([true, [true]]);
  await settled();
  state.freeMib = 49;
  clock.advance(500);
  await settled();
  expect(guard.refuses('coordinator', 1)).toBe(true);
  expect(guard.refuses('raft', MIB)).toBe(false);
  expect(state.lows).toEqual([true]);
});

test('there must be clearly more than enough before clients are taken again', async () => {
  const { guard, clock, state, settled } = guarded({ freeMib: 50 });
  await guard.start();
  expect(guard.refuses('client', 1)).toBe(true);
  state.freeMib = 110;
  clock.advance(500);
  await settled();
  expect(guard.isLow).toBe(true);
  state.freeMib = 130;
  clock.advance(500);
  await settled();
  expect([guard.isLow, guard.refuses('client', 1), state.lows]).toEqual([false, false, [true, false]]);
});

test('what is appended between two looks counts, and brings the next look forward', async () => {
  const { guard, state, settled } = guarded({ freeMib: 200 });
  await guard.start();
  const looks = state.looks;
  for (let appended = 0; appended < 20; appended++) expect(guard.refuses('client', MIB)).toBe(false);
  expect(state.looks).toBe(looks);
  for (let appended = 20; appended < 100; appended++) expect(guard.refuses('client', MIB)).toBe(false);
  expect(guard.refuses('client', MIB)).toBe(true);
  expect(state.looks).toBeGreaterThan(looks);
  await settled();
});

test('it looks seldom while there is plenty and often while there is little', async () => {
  const { guard, clock, state, settled } = guarded({ freeMib: 10_000 });
  await guard.start();
  clock.advance(9999);
  await settled();
  expect(state.looks).toBe(1);
  state.freeMib = 300;
  clock.advance(1);
  await settled();
  expect(state.looks).toBe(2);
  clock.advance(500);
  await settled();
  expect(state.looks).toBe(3);
  guard.stop();
  clock.advance(60_000);
  await settled();
  expect(state.looks).toBe(3);
});

test('a disk that says it is full is believed for a while, and longer when it says so again', async () => {
  const { guard, clock, state, settled } = guarded({ freeMib: 10_000 });
  const pass = async (byMs: number) => {
    for (let passed = 0; passed < byMs; passed += 100) {
      clock.advance(100);
      await settled();
    }
  };
  await guard.start();
  guard.noteFull(new DiskError('EDQUOT', '/data/x'));
  await settled();
  expect([guard.refuses('client', 1), guard.refuses('raft', 1)]).toEqual([true, false]);
  await pass(1500);
  expect(guard.refuses('client', 1)).toBe(false);
  guard.noteFull(new DiskError('EDQUOT', '/data/x'));
  await pass(1500);
  expect(guard.refuses('client', 1)).toBe(true);
  await pass(1500);
  expect(guard.refuses('client', 1)).toBe(false);
  expect(state.lows).toEqual([true, false, true, false]);
});

test('left to itself it keeps 64 MiB, or a twentieth of a small disk', async () => {
  const large = guarded({ freeMib: 10_000, minFreeBytes: -1 });
  await large.guard.start();
  expect(large.guard.minFreeBytes).toBe(64 * MIB);
  const small = guarded({ freeMib: 20, totalMib: 40, minFreeBytes: -1 });
  await small.guard.start();
  expect(small.guard.minFreeBytes).toBe(2 * MIB);
});

test('a directory that cannot be looked at is lost, unless only file handles have run out', async () => {
  const { guard, clock, state, settled } = guarded({ freeMib: 10_000 });
  await guard.start();
  state.error = new DiskError('EMFILE', '/data');
  clock.advance(10_000);
  await settled();
  expect(state.lost).toEqual([]);
  state.error = new DiskError('ENOENT', '/data/meta.properties');
  clock.advance(10_000);
  await settled();
  expect(state.lost).toEqual(['ENOENT']);
});
