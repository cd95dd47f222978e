import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { batchOf } from '../../test/log/log-bed.ts';
import { BATCH_HEADER_BYTES, readBatchHeader, writeBatchHeader } from '../protocol/record-batch.ts';
import { IndexBuilder } from './index-builder.ts';
import { OffsetIndex } from './offset-index.ts';
import { TimeIndex } from './time-index.ts';

const BASE = 5_000_000_000;

/** Ascending steps from a base. */
const steps = fc.array(fc.integer({ min: 1, max: 1000 }), { maxLength: 60 });

function ascending(start: number, by: readonly number[]): number[] {
  let value = start;
  return by.map((step) => {
    value += step;
    return value;
  });
}

describe('an offset index', () => {
  test('finds the last entry not above an offset, also after a way through its file', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 70_000 }), (by, sought) => {
        const offsets = ascending(BASE, by);
        const built = OffsetIndex.empty(BASE);
        for (const [index, offset] of offsets.entries()) built.append(offset, (index + 1) * 100);
        const index = OffsetIndex.parse(BASE, built.bytes().slice(), 1_000_000);
        const expected = offsets.findLastIndex((offset) => offset <= BASE + sought);
        expect(index?.lookup(BASE + sought)).toEqual({
          offset: offsets[expected] ?? BASE,
          position: (expected + 1) * 100,
        });
      }),
    );
  });

  test('forgets what ends at or above the offset it is truncated to', () => {
    const index = OffsetIndex.empty(BASE);
    for (const delta of [10, 20, 30]) index.append(BASE + delta, delta);
    index.truncateTo(BASE + 20);
    expect(index.last).toEqual({ offset: BASE + 10, position: 10 });
  });

  test('is none when its entries do not ascend, lie outside of the segment, or are cut off', () => {
    const index = OffsetIndex.empty(BASE);
    index.append(BASE + 10, 100);
    index.append(BASE + 20, 200);
    expect(OffsetIndex.parse(BASE, index.bytes(), 201)).not.toBeNull();
    expect(OffsetIndex.parse(BASE, index.bytes(), 200)).toBeNull();
    expect(OffsetIndex.parse(BASE, index.bytes().subarray(0, 12), 1000)).toBeNull();
    index.append(BASE + 15, 300);
    expect(OffsetIndex.parse(BASE, index.bytes(), 1000)).toBeNull();
  });

  test('leaves out the zeroes with which Kafka fills the file of an active segment', () => {
    const index = OffsetIndex.empty(BASE);
    index.append(BASE + 10, 100);
    const filled = new Uint8Array(80);
    filled.set(index.bytes());
    expect(OffsetIndex.parse(BASE, filled, 1000)?.count).toBe(1);
  });
});

describe('a time index', () => {
  test('finds the last entry not above a timestamp, also after a way through its file', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 70_000 }), (by, sought) => {
        const times = ascending(1_700_000_000_000, by);
        const built = TimeIndex.empty(BASE);
        for (const [index, time] of times.entries()) built.append(time, BASE + index);
        const index = TimeIndex.parse(BASE, built.bytes().slice());
        const target = 1_700_000_000_000 + sought;
        const expected = times.findLastIndex((time) => time <= target);
        expect(index?.lookup(target)).toEqual({
          timestamp: times[expected] ?? -1,
          offset: BASE + Math.max(0, expected),
        });
      }),
    );
  });

  test('takes only timestamps larger than all before', () => {
    const index = TimeIndex.empty(BASE);
    for (const [timestamp, delta] of [
      [5, 1],
      [5, 2],
      [3, 3],
      [9, 4],
    ] as const)
      index.append(timestamp, BASE + delta);
    expect([index.count, index.last]).toEqual([2, { timestamp: 9, offset: BASE + 4 }]);
    index.truncateTo(BASE + 4);
    expect(index.last).toEqual({ timestamp: 5, offset: BASE + 1 });
  });

  test('keeps its last slot for the entry that is written when the segment is closed', () => {
    const index = TimeIndex.empty(BASE);
    index.append(1, BASE);
    expect(index.isFull(36)).toBe(false);
    index.append(2, BASE + 1);
    expect(index.isFull(36)).toBe(true);
  });

  test('has no entry of a batch that compaction has emptied, whatever its header says', () => {
    const at = (baseOffset: number, timestamp: number) => batchOf(['one', 'two'], { baseOffset, timestamp });
    const builder = IndexBuilder.empty(0, 0);
    let position = 0;
    for (const batch of [at(0, 1_000), emptied(at(2, 5_000)), at(4, 2_000), emptied(at(6, 9_000))]) {
      builder.add(batch, 0, position);
      position += batch.length;
    }
    const { times } = builder.seal();
    expect([times.first, times.last]).toEqual([
      { timestamp: 1_000, offset: 1 },
      { timestamp: 2_000, offset: 5 },
    ]);
  });
});

/** A batch's header alone, as the cleaner leaves the last one of a producer. */
function emptied(batch: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(BATCH_HEADER_BYTES);
  writeBatchHeader(bytes, { ...readBatchHeader(batch), recordCount: 0 });
  return bytes;
}
