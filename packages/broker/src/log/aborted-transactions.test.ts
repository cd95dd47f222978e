import fs from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CountedDisk } from '../../test/log/counted-disk.ts';
import { batchOf, LogBed } from '../../test/log/log-bed.ts';
import { buildBatch } from '../protocol/records.ts';
import { DEFAULT_LOG_CONFIG } from './log-config.ts';
import type { PartitionLog } from './partition-log.ts';
import { Segment } from './segment.ts';
import { segmentFile } from './segment-files.ts';
import { SegmentList } from './segment-list.ts';
import { TransactionIndex } from './transaction-index.ts';

/** What one of four producers does next; an end without a transaction that is open is left out. */
interface Step {
  readonly producerId: number;
  readonly act: 'write' | 'commit' | 'abort';
  /** Whether a new segment begins here. */
  readonly rolls: boolean;
}

const steps = fc.array(
  fc.record({
    producerId: fc.integer({ min: 1, max: 4 }),
    act: fc.constantFrom('write', 'write', 'abort', 'abort', 'commit'),
    rolls: fc.constantFrom(true, false, false, false),
  }),
  { minLength: 1, maxLength: 40 },
) as fc.Arbitrary<Step[]>;

interface Aborted {
  readonly producerId: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
}

/** Writes the `.log` files of the history and nothing else; tells which transactions it aborts, and where it ends. */
function writeHistory(directory: string, history: readonly Step[]) {
  const files = new Map<number, Uint8Array[]>([[0, []]]);
  const open = new Map<number, number>();
  const sequences = new Map<number, number>();
  const aborted: Aborted[] = [];
  let segment = 0;
  let offset = 0;
  for (const { producerId, act, rolls } of history) {
    const firstOffset = open.get(producerId);
    if (act !== 'write' && firstOffset === undefined) continue;
    if (rolls && offset > segment) {
      segment = offset;
      files.set(segment, []);
    }
    const options = {
      producerId,
      producerEpoch: 0,
      baseOffset: offset,
      leaderEpoch: 0,
      isTransactional: true,
    };
    if (act === 'write') {
      const baseSequence = sequences.get(producerId) ?? 0;
      sequences.set(producerId, baseSequence + 1);
      files.get(segment)?.push(batchOf(['x'], { ...options, baseSequence }));
      open.set(producerId, firstOffset ?? offset);
    } else {
      files.get(segment)?.push(marker(act, options));
      open.delete(producerId);
      if (act === 'abort') aborted.push({ producerId, firstOffset: firstOffset ?? 0, lastOffset: offset });
    }
    offset++;
  }
  for (const [base, batches] of files)
    fs.writeFileSync(segmentFile(directory, base, '.log'), Buffer.concat(batches));
  return { aborted, endOffset: offset };
}

function marker(act: 'commit' | 'abort', options: Parameters<typeof buildBatch>[1]): Uint8Array {
  const key = Buffer.from([0, 0, 0, act === 'commit' ? 1 : 0]);
  const value = Buffer.from([0, 0, 0, 0, 0, 9]);
  return buildBatch([{ key, value, timestamp: 1_700_000_000_000 }], { ...options, isControl: true });
}

async function expectAborted(log: PartitionLog, all: readonly Aborted[]): Promise<void> {
  const end = log.logEndOffset;
  for (let from = 0; from <= end; from += Math.max(1, end >> 3)) {
    for (let upTo = from + 1; upTo <= end; upTo += Math.max(1, end >> 3)) {
      const found = await log.abortedTransactions(from, upTo);
      const expected = all.filter(({ firstOffset, lastOffset }) => lastOffset >= from && firstOffset < upTo);
      expect(found.map(({ lastStableOffset: _, ...transaction }) => transaction)).toEqual(expected);
    }
  }
}

test('those with records in a range are found, whatever the history: after a crash, and after a clean stop', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (history) => {
      const bed = new LogBed();
      const { aborted, endOffset } = writeHistory(bed.directory, history);
      const recovered = await bed.open({ highWatermark: endOffset });
      expect(recovered.logEndOffset).toBe(endOffset);
      await expectAborted(recovered, aborted);
      await recovered.close();
      const again = await bed.open({ isClean: true, recoveryPoint: endOffset, highWatermark: endOffset });
      await expectAborted(again, aborted);
      await again.close();
      bed.remove();
    }),
    { numRuns: 40 },
  );
});

test('a range is looked up in the first transaction index that ends behind it, and in no later one', async () => {
  const counted = new CountedDisk();
  const bed = new LogBed(counted.disk);
  const write = (producerId: number): Step => ({ producerId, act: 'write', rolls: true });
  const abort = (producerId: number): Step => ({ producerId, act: 'abort', rolls: false });
  const history = Array.from({ length: 100 }, (_, index) => [write((index % 4) + 1), abort((index % 4) + 1)]);
  const { endOffset } = writeHistory(bed.directory, history.flat());
  await (await bed.open({ highWatermark: endOffset })).close();
  const log = await bed.open({ isClean: true, recoveryPoint: endOffset, highWatermark: endOffset });
  counted.taken();
  expect((await log.abortedTransactions(100, 102)).map(({ lastOffset }) => lastOffset)).toEqual([101]);
  expect(counted.taken().opens).toBeLessThanOrEqual(2);
  await log.close();
  bed.remove();
});

test('a segment that is closed while it is waited for is looked at once', async () => {
  const bed = new LogBed();
  const environment = bed.environment();
  const [first, second, third] = await Promise.all(
    [0, 10, 20].map(async (baseOffset) => {
      const options = { baseOffset, config: DEFAULT_LOG_CONFIG };
      const segment = await Segment.create(environment, bed.directory, options);
      const transactions = TransactionIndex.empty();
      const offsets = { firstOffset: baseOffset, lastOffset: baseOffset + 1, lastStableOffset: baseOffset };
      transactions.append({ producerId: 1, ...offsets });
      segment.replaceTransactions(transactions);
      return segment;
    }),
  );
  if (first === undefined || second === undefined || third === undefined) throw new Error('three were made');
  const segments = new SegmentList([first, second]);
  const reader = segments.transactionalFrom(0);
  expect(reader.next().value).toBe(first);
  segments.add(third);
  expect([...reader]).toEqual([second]);
  bed.remove();
});
