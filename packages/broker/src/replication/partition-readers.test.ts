import { expect, test } from 'vitest';
import { PartitionReaders } from './partition-readers.ts';

function scene() {
  const readers = new PartitionReaders({ highWatermark: 0, lastStableOffset: 0 });
  const stable: number[] = [];
  readers.waiting('last-stable-offset').watch({
    readableGrew: (bytes) => stable.push(bytes),
    disturbed() {},
  });
  return { readers, stable };
}

test('what is committed in an open transaction wakes nobody who reads committed transactions', () => {
  const { readers, stable } = scene();
  readers.committedGrew(1000, { highWatermark: 10, lastStableOffset: 0 });
  expect(stable).toEqual([]);
  readers.committedGrew(10, { highWatermark: 11, lastStableOffset: 11 });
  expect(stable).toEqual([1010]);
});

test('where another transaction stays open its part of the bytes does too', () => {
  const { readers, stable } = scene();
  readers.committedGrew(1000, { highWatermark: 10, lastStableOffset: 0 });
  readers.stableMoved({ highWatermark: 10, lastStableOffset: 4 });
  readers.stableMoved({ highWatermark: 10, lastStableOffset: 4 });
  readers.stableMoved({ highWatermark: 10, lastStableOffset: 10 });
  expect(stable).toEqual([400, 600]);
});

test('a last stable offset that has moved wakes whoever waits for it, and one that went back nobody', () => {
  const { readers, stable } = scene();
  readers.committedGrew(0, { highWatermark: 3, lastStableOffset: 3 });
  readers.stableMoved({ highWatermark: 3, lastStableOffset: 1 });
  readers.stableMoved({ highWatermark: 3, lastStableOffset: 3 });
  expect(stable).toEqual([1, 1]);
});
