import { expect, test } from 'vitest';
import type { Socket } from './network.ts';
import { NodeBufferPool } from './node-buffer-pool.ts';
import { nodeNetworkOver } from './node-network.ts';

const MIB = 1024 * 1024;

test('memory that was given back is used again for anything of its size', () => {
  const buffers = new NodeBufferPool();
  const first = buffers.take(MIB - 5);
  expect(first.length).toBe(MIB - 5);
  buffers.release(first.subarray(100, 200));
  expect(buffers.idleBytes).toBe(MIB);
  expect(buffers.take(MIB / 2 + 1).buffer).toBe(first.buffer);
  expect(buffers.take(MIB).buffer).not.toBe(first.buffer);
});

test('memory is used again when its last holder has let go', () => {
  const buffers = new NodeBufferPool();
  const bytes = buffers.take(MIB);
  buffers.hold(bytes.subarray(10, 20));
  buffers.release(bytes);
  expect(buffers.idleBytes).toBe(0);
  buffers.release(bytes.subarray(30));
  expect(buffers.idleBytes).toBe(MIB);
  buffers.hold(bytes);
  expect(buffers.take(MIB).buffer).toBe(bytes.buffer);
});

test('who waits for memory to be let go is told once, and can take it then', () => {
  const buffers = new NodeBufferPool();
  const told: boolean[] = [];
  const bytes = buffers.take(MIB);
  buffers.hold(bytes);
  buffers.whenReleased(bytes.subarray(5), () => told.push(buffers.take(MIB).buffer === bytes.buffer));
  buffers.release(bytes);
  expect(told).toEqual([]);
  buffers.release(bytes);
  buffers.release(bytes);
  buffers.whenReleased(new Uint8Array(10), () => told.push(false));
  expect(told).toEqual([true, false]);
});

test('memory is given back once, and only where it came from', () => {
  const buffers = new NodeBufferPool();
  const bytes = buffers.take(MIB);
  for (const given of [bytes, bytes, new Uint8Array(MIB), buffers.take(10)]) buffers.release(given);
  expect(buffers.idleBytes).toBe(MIB);
});

test('no more than a fixed amount is kept', () => {
  const buffers = new NodeBufferPool();
  const many = Array.from({ length: 40 }, () => buffers.take(MIB));
  for (const bytes of many) buffers.release(bytes);
  expect(buffers.idleBytes).toBe(16 * MIB);
});

test('a socket gives memory back when it is sent, not before', async () => {
  const buffers = new NodeBufferPool();
  const network = nodeNetworkOver(buffers);
  const accepted = Promise.withResolvers<Socket>();
  const listener = await network.listen({ host: '127.0.0.1', port: 0 }, accepted.resolve);
  const reader = await network.connect(listener.address);
  const writer = await accepted.promise;
  const drained = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  writer.attach({ data() {}, drained: drained.resolve, ended() {}, closed() {} });
  let received = 0;
  const wrong: number[] = [];
  const data = (chunk: Uint8Array) => {
    received += chunk.length;
    if (chunk.some((byte) => byte !== 7)) wrong.push(received);
  };
  reader.attach({ data, drained() {}, ended: ended.resolve, closed() {} });
  reader.pause();
  const sent = Array.from({ length: 16 }, () => buffers.take(MIB).fill(7));
  expect(writer.write(sent)).toBe(false);
  expect(buffers.idleBytes).toBe(0);
  reader.resume();
  await drained.promise;
  await expect.poll(() => buffers.idleBytes).toBe(16 * MIB);
  writer.end();
  await ended.promise;
  expect([received, wrong]).toEqual([16 * MIB, []]);
  reader.destroy();
  await listener.close();
});
