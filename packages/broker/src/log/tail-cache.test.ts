import { expect, test } from 'vitest';
import { NodeBufferPool } from '../runtime/node-buffer-pool.ts';
import { BYTES_PER_BATCH, TailCache } from './tail-cache.ts';

const batch = (offset: number, bytes: Uint8Array) => ({ bytes, firstOffset: offset, lastOffset: offset });
const own = (length: number) => new Uint8Array(length);
const all = (fromOffset: number) => ({ fromOffset, maxBytes: 1e9, upToOffset: 1e9, minOneBatch: true });

/** A cache for so many bytes in so many batches. */
const budget = (bytes: number, batches: number) =>
  new TailCache(bytes + batches * BYTES_PER_BATCH, new NodeBufferPool());

test('what came first goes first, whichever log it is of', () => {
  const cache = budget(300, 3);
  const [left, right] = [cache.tail(), cache.tail()];
  left.add(batch(0, own(100)));
  right.add(batch(0, own(100)));
  left.add(batch(1, own(100)));
  right.add(batch(1, own(100)));
  expect(left.read(all(0))).toBeNull();
  expect(left.read(all(1))).toMatchObject({ sizeInBytes: 100, nextOffset: 2 });
  expect(right.read(all(0))).toMatchObject({ sizeInBytes: 200 });
  right.add(batch(2, own(100)));
  expect(right.read(all(0))).toBeNull();
});

test('a frame counts once for all its batches, and as long as one of them is kept', () => {
  const cache = budget(1000, 3);
  const tail = cache.tail();
  const frame = own(400);
  tail.add(batch(0, frame.subarray(0, 200)));
  tail.add(batch(1, frame.subarray(200, 400)));
  expect(cache.usedBytes).toBe(400 + 2 * BYTES_PER_BATCH);
  tail.add(batch(2, own(600)));
  expect(cache.usedBytes).toBe(1000 + 3 * BYTES_PER_BATCH);
  tail.add(batch(3, own(10)));
  expect(tail.read(all(1))).toBeNull();
  expect(cache.usedBytes).toBe(610 + 2 * BYTES_PER_BATCH);
});

test('a small batch of a large frame is copied out of it', () => {
  const cache = budget(1000, 1);
  const tail = cache.tail();
  tail.add(batch(0, own(100_000).subarray(500, 600)));
  expect(cache.usedBytes).toBe(100 + BYTES_PER_BATCH);
});

test('a batch above the budget is not kept, nor what lies before it', () => {
  const cache = budget(100, 1);
  const tail = cache.tail();
  tail.add(batch(0, own(50)));
  tail.add(batch(1, own(101)));
  expect([tail.read(all(0)), tail.read(all(1)), cache.usedBytes]).toEqual([null, null, 0]);
});

test('a cleared tail gives its memory back at once', () => {
  const cache = budget(1000, 5);
  const tail = cache.tail();
  for (let offset = 0; offset < 5; offset++) tail.add(batch(offset, own(100)));
  tail.clear();
  expect([cache.usedBytes, tail.read(all(4))]).toEqual([0, null]);
});

test('a tail that many batches passed through still finds each of those it keeps', () => {
  const cache = budget(1000, 100);
  const tail = cache.tail();
  for (let offset = 0; offset < 5000; offset++) tail.add(batch(offset, own(10)));
  expect(tail.read(all(4899))).toBeNull();
  for (let offset = 4900; offset < 5000; offset++) {
    expect(tail.read({ ...all(offset), maxBytes: 1 })).toMatchObject({ nextOffset: offset + 1 });
  }
});

test('what is kept is held in its pool, and so is what was read until it is sent', () => {
  const buffers = new NodeBufferPool();
  const cache = new TailCache(2 * 16_384 + 3 * BYTES_PER_BATCH, buffers);
  const tail = cache.tail();
  const [first, second] = [buffers.take(10_000), buffers.take(10_000)];
  tail.add(batch(0, first.subarray(0, 5000)));
  tail.add(batch(1, first.subarray(5000)));
  buffers.release(first);
  const read = tail.read({ ...all(1), maxBytes: 5000 });
  tail.add(batch(2, second));
  buffers.release(second);
  tail.add(batch(3, own(10)));
  tail.clear();
  expect(buffers.idleBytes).toBe(16_384);
  for (const part of read?.parts ?? []) buffers.release(part);
  expect(buffers.idleBytes).toBe(2 * 16_384);
});

test('a follower keeps nothing until somebody reads, and nothing any more when nobody has for a while', () => {
  const cache = budget(10_000, 100);
  const tail = cache.tail();
  for (let offset = 0; offset < 3; offset++) tail.follow(batch(offset, own(10)));
  expect(cache.usedBytes).toBe(0);
  expect(tail.read(all(2))).toBeNull();
  tail.follow(batch(3, own(10)));
  tail.follow(batch(4, own(10)));
  expect(tail.read(all(3))).toMatchObject({ sizeInBytes: 20, nextOffset: 5 });
  for (let offset = 5; offset < 69; offset++) tail.follow(batch(offset, own(10)));
  expect(cache.usedBytes).toBe(66 * (10 + BYTES_PER_BATCH));
  tail.follow(batch(69, own(10)));
  expect(cache.usedBytes).toBe(0);
});

test('what a follower has kept ends where its log ends', () => {
  const cache = budget(10_000, 100);
  const tail = cache.tail();
  // It was the leader.
  tail.add(batch(0, own(10)));
  tail.follow(batch(1, own(10)));
  expect(tail.read(all(0))).toBeNull();
  tail.add(batch(2, own(10)));
  expect(tail.read(all(1))).toBeNull();
  expect(tail.read(all(2))).toMatchObject({ sizeInBytes: 10, nextOffset: 3 });
});
