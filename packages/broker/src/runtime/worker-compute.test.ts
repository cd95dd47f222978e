import { afterEach, expect, test, vi } from 'vitest';
import * as jobs from '../../test/runtime/compute-jobs.ts';
import { ComputeError } from './compute.ts';
import { WorkerCompute } from './worker-compute.ts';

const LARGE = 1024 * 1024;
const entry = new URL('../../test/runtime/compute-worker.ts', import.meta.url);

function compute(options: { threads?: () => number; idleMs?: number } = {}): WorkerCompute {
  return new WorkerCompute({ entry, jobs: jobs.testJobs, threads: () => 2, idleMs: 50, ...options });
}

function bytes(length: number, fill = 1): Uint8Array<ArrayBuffer> {
  return new Uint8Array(length).fill(fill);
}

const pools: WorkerCompute[] = [];
afterEach(async () => {
  for (const pool of pools.splice(0)) await vi.waitUntil(() => pool.threadCount === 0, 5000);
});

function pool(options: { threads?: () => number; idleMs?: number } = {}): WorkerCompute {
  const created = compute(options);
  pools.push(created);
  return created;
}

test('a large job runs in a thread that is not the loop’s, a small one here', async () => {
  const threads = pool();
  expect(await threads.run(jobs.threadOf, bytes(LARGE))).toBeGreaterThan(0);
  expect(await threads.run(jobs.threadOf, bytes(10))).toBe(0);
});

test('the loop goes on while a job runs', async () => {
  let turns = 0;
  const ticking = setInterval(() => turns++, 1);
  await pool().run(jobs.spin, { bytes: bytes(LARGE), milliseconds: 200 });
  clearInterval(ticking);
  expect(turns).toBeGreaterThan(50);
});

test('given buffers move, others are copied, and the result is moved back', async () => {
  const given = bytes(LARGE, 7);
  const kept = bytes(LARGE, 8);
  const threads = pool();
  const sum = threads.run(jobs.increment, given, [given.buffer]);
  expect(given.byteLength).toBe(0);
  expect((await sum)[LARGE - 1]).toBe(8);
  expect((await threads.run(jobs.increment, kept))[0]).toBe(9);
  expect(kept[0]).toBe(8);
});

test('shared memory stays shared', async () => {
  const shared = new Uint8Array(new SharedArrayBuffer(LARGE));
  await pool().run(jobs.increment, shared);
  expect(shared[LARGE - 1]).toBe(1);
});

test('a job that throws rejects its own promise, as an error of its own class, and no other', async () => {
  const threads = pool({ threads: () => 1 });
  const failing = threads.run(jobs.fail, bytes(LARGE));
  const following = threads.run(jobs.increment, bytes(LARGE));
  await expect(failing).rejects.toThrow(RangeError);
  await expect(failing).rejects.toThrow(`no good: ${LARGE}`);
  expect((await following)[0]).toBe(2);
});

test('a thread that dies rejects its job, and another takes its place', async () => {
  const threads = pool({ threads: () => 1 });
  const dying = threads.run(jobs.die, bytes(LARGE));
  const following = threads.run(jobs.increment, bytes(LARGE));
  await expect(dying).rejects.toThrow(ComputeError);
  await expect(dying).rejects.toThrow('The thread of job die ended with code 3');
  expect((await following)[0]).toBe(2);
});

test('input that cannot be cloned rejects, and the thread goes on', async () => {
  const threads = pool({ threads: () => 1 });
  await expect(
    threads.run(jobs.spin, { bytes: bytes(LARGE), milliseconds: 1, bad: () => {} }),
  ).rejects.toThrow('could not be cloned');
  expect((await threads.run(jobs.increment, bytes(LARGE)))[0]).toBe(2);
});

test('no more threads than allowed, and none once idle', async () => {
  const threads = pool({ threads: () => 2, idleMs: 20 });
  expect(threads.threadCount).toBe(0);
  const done = Promise.all(Array.from({ length: 6 }, () => threads.run(jobs.increment, bytes(LARGE))));
  // Not once they are done: the first to be idle may be gone by then.
  expect(threads.threadCount).toBe(2);
  await done;
  await vi.waitUntil(() => threads.threadCount === 0, 5000);
  expect((await threads.run(jobs.increment, bytes(LARGE)))[0]).toBe(2);
});

test('a job that is not registered is refused at once, also a small one', async () => {
  const unknown = { name: 'unknown', run: () => 1, sizeInBytes: () => 0 };
  expect(() => pool().run(unknown, null)).toThrow('job unknown is not registered');
});
