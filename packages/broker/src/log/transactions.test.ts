import fs from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { batchOf, LogBed } from '../../test/log/log-bed.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { buildBatch } from '../protocol/records.ts';
import { applyBatch } from './producer-append.ts';
import { ProducerState } from './producer-state.ts';
import { segmentFile } from './segment-files.ts';

let bed: LogBed;
beforeEach(() => {
  bed = new LogBed();
});
afterEach(() => bed.remove());

interface Written {
  readonly producerId: number;
  readonly baseOffset: number;
  readonly baseSequence?: number;
}

function data({ producerId, baseOffset, baseSequence = 0 }: Written): Uint8Array {
  return batchOf(['x'], {
    producerId,
    producerEpoch: 0,
    baseSequence,
    baseOffset,
    isTransactional: true,
    leaderEpoch: 0,
  });
}

/** A transaction marker as the coordinator writes it: key version and type, value version and coordinator epoch. */
function marker({ producerId, baseOffset }: Written, type: 'commit' | 'abort'): Uint8Array {
  const key = Buffer.from([0, 0, 0, type === 'commit' ? 1 : 0]);
  const value = Buffer.from([0, 0, 0, 0, 0, 9]);
  const options = { producerId, producerEpoch: 0, baseOffset, leaderEpoch: 0 };
  return buildBatch([{ key, value, timestamp: 1_700_000_000_000 }], {
    ...options,
    isTransactional: true,
    isControl: true,
  });
}

/** Producer 1 aborts, producer 2 commits what it began in between, producer 3 is still at it. */
const HISTORY = [
  data({ producerId: 1, baseOffset: 0 }),
  data({ producerId: 2, baseOffset: 1 }),
  data({ producerId: 1, baseOffset: 2, baseSequence: 1 }),
  marker({ producerId: 1, baseOffset: 3 }, 'abort'),
  marker({ producerId: 2, baseOffset: 4 }, 'commit'),
  data({ producerId: 3, baseOffset: 5 }),
];

test('the first unstable offset passes a transaction when its marker is replicated', () => {
  const state = new ProducerState(0);
  const unstable = HISTORY.map((batch) => {
    applyBatch(state, batch, 0);
    return state.firstUnstableOffset;
  });
  expect(unstable).toEqual([0, 0, 0, 0, 0, 0]);
  state.onReplicatedUpTo(3);
  expect(state.firstUnstableOffset).toBe(0);
  state.onReplicatedUpTo(4);
  expect(state.firstUnstableOffset).toBe(1);
  state.onReplicatedUpTo(5);
  expect(state.firstUnstableOffset).toBe(5);
  applyBatch(state, marker({ producerId: 3, baseOffset: 6 }, 'commit'), 0);
  state.onReplicatedUpTo(7);
  expect(state.firstUnstableOffset).toBeNull();
});

test('a producer does not expire while its transaction is open', () => {
  const state = new ProducerState(0);
  for (const batch of HISTORY) applyBatch(state, batch, 0);
  state.removeExpired(Number.MAX_SAFE_INTEGER, 1);
  expect([...state.entries()].map((entry) => entry.producerId)).toEqual([3]);
});

test('a log with transactions is read as Kafka left it: stable up to the open one, the aborted one by its range', async () => {
  fs.writeFileSync(segmentFile(bed.directory, 0, '.log'), Buffer.concat(HISTORY));
  const log = await bed.open({ highWatermark: 6 });
  expect([log.firstUnstableOffset, log.lastStableOffset]).toEqual([5, 5]);
  const aborted = { producerId: 1, firstOffset: 0, lastOffset: 3, lastStableOffset: 1 };
  expect(await log.abortedTransactions(0, 5)).toEqual([aborted]);
  expect(await log.abortedTransactions(4, 6)).toEqual([]);
  await log.close();

  const again = await bed.open({ isClean: true, highWatermark: 6 });
  expect([again.firstUnstableOffset, again.lastStableOffset]).toEqual([5, 5]);
  expect(await again.abortedTransactions(2, 3)).toEqual([aborted]);
  await again.close();
});

test('a client may not write into a transaction that the log knows nothing of, nor beside one that is open', async () => {
  fs.writeFileSync(segmentFile(bed.directory, 0, '.log'), Buffer.concat(HISTORY));
  const log = await bed.open();
  const client = { origin: 'client', leaderEpoch: 0 } as const;
  const unknown = data({ producerId: 8, baseOffset: 0 });
  const beside = batchOf(['x'], { producerId: 3, producerEpoch: 0, baseSequence: 1 });
  for (const batch of [unknown, beside]) {
    expect(log.appendAsLeader(batch, client)).toMatchObject({ errorCode: ErrorCode.INVALID_TXN_STATE });
  }
  expect(log.appendAsLeader(data({ producerId: 3, baseOffset: 0, baseSequence: 1 }), client).kind).toBe(
    'appended',
  );
  await log.close();
});
