import fs from 'node:fs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { interceptedDisk } from '../../test/log/intercepted-disk.ts';
import { batchOf, LogBed, recordsOf } from '../../test/log/log-bed.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { collectedMemory } from '../runtime/buffer-pool.ts';
import type { LogEnvironment } from './log-environment.ts';
import type { LogRead } from './log-read.ts';
import type { PartitionLog } from './partition-log.ts';
import { ReadAhead } from './read-ahead.ts';
import { segmentFile } from './segment-files.ts';

/** Two of the batches fit, three do not. */
const BATCH_TEXT_BYTES = 3_000;
const ANSWER_BYTES = 8_000;

/** Reads of the `.log` file so far. */
let reads = 0;
let bed: LogBed;
let environment: LogEnvironment;
beforeEach(() => {
  reads = 0;
  bed = new LogBed(
    interceptedDisk({
      read: (path) => {
        if (path.endsWith('.log')) reads++;
      },
    }),
  );
  environment = bed.environment();
});
afterEach(() => bed.remove());

async function append(log: PartitionLog, letters: string): Promise<void> {
  for (const letter of letters) {
    const outcome = log.appendAsLeader(batchOf([letter.repeat(BATCH_TEXT_BYTES)]), {
      origin: 'client',
      leaderEpoch: 0,
    });
    if (outcome.kind !== 'appended') throw new Error(JSON.stringify(outcome));
    expect(await outcome.completion).toBe(ErrorCode.NONE);
  }
}

/** The first letter of each record. */
function lettersOf(read: LogRead): string {
  if (read.kind === 'refused') return `refused ${read.errorCode}`;
  return read.parts
    .flatMap(recordsOf)
    .map(([, text]) => text[0])
    .join('');
}

async function readFrom(log: PartitionLog, fromOffset: number): Promise<string> {
  return lettersOf(
    await log.read({ fromOffset, maxBytes: ANSWER_BYTES, upToOffset: log.logEndOffset, minOneBatch: true }),
  );
}

test('who goes on finds what comes next read already', async () => {
  const log = await bed.open({ environment });
  await append(log, 'abcdefgh');
  expect(await readFrom(log, 0)).toBe('ab');
  expect(environment.readAhead.usedBytes).toBe(0);
  expect(await readFrom(log, 2)).toBe('cd');
  expect(environment.readAhead.usedBytes).toBe(ANSWER_BYTES);
  const readsBefore = reads;
  const third = readFrom(log, 4);
  expect(await third).toBe('ef');
  // One, of what comes behind it.
  expect(reads).toBe(readsBefore + 1);
  expect(await readFrom(log, 6)).toBe('gh');
  expect(environment.readAhead.usedBytes).toBe(0);
  await log.close();
});

test('what comes next is read when the answer before it is sent, and not before', async () => {
  const sent: (() => void)[] = [];
  const buffers = {
    ...collectedMemory,
    whenReleased: (_: Uint8Array, task: () => void) => sent.push(task),
  };
  const readAhead = new ReadAhead(environment.clock, buffers, 1024 * 1024);
  const log = await bed.open({ environment: { ...environment, buffers, readAhead } });
  await append(log, 'abcdefgh');
  for (const offset of [0, 2]) await readFrom(log, offset);
  const readsBefore = reads;
  expect(await readFrom(log, 4)).toBe('ef');
  // This one only: nothing was sent.
  expect(reads).toBe(readsBefore + 1);
  for (const tell of sent) tell();
  await vi.waitFor(() => expect(reads).toBe(readsBefore + 2));
  expect(await readFrom(log, 6)).toBe('gh');
  expect(reads).toBe(readsBefore + 2);
  await log.close();
});

test('two readers at one place both get it', async () => {
  const log = await bed.open({ environment });
  await append(log, 'abcdefgh');
  for (const offset of [0, 2]) await readFrom(log, offset);
  expect(await Promise.all([readFrom(log, 4), readFrom(log, 4)])).toEqual(['ef', 'ef']);
  expect(await Promise.all([readFrom(log, 6), readFrom(log, 6)])).toEqual(['gh', 'gh']);
  await log.close();
});

test('what a cut takes away is not served from what was read ahead', async () => {
  const log = await bed.open({ environment });
  await append(log, 'abcdefgh');
  for (const offset of [0, 2]) await readFrom(log, offset);
  await log.follower.truncateTo(5);
  expect(environment.readAhead.usedBytes).toBe(0);
  await append(log, 'xyz');
  expect(await readFrom(log, 4)).toBe('ex');
  await log.close();
});

/** Turns a bit of the record of this letter, in the file. */
function damage(letter: string): void {
  const path = segmentFile(bed.directory, 0, '.log');
  const bytes = fs.readFileSync(path);
  const at = bytes.indexOf(letter.repeat(100)) + 10;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  fs.writeFileSync(path, bytes);
}

test('what was damaged before it was read ahead is not served', async () => {
  const log = await bed.open({ environment });
  await append(log, 'abcdefgh');
  await readFrom(log, 0);
  damage('f');
  await readFrom(log, 2);
  expect(await readFrom(log, 4)).toBe('e');
  expect(await readFrom(log, 5)).toBe(`refused ${ErrorCode.KAFKA_STORAGE_ERROR}`);
});

test('what was checked is checked again after half a minute', async () => {
  const log = await bed.open({ environment });
  await append(log, 'abcdefgh');
  for (const offset of [0, 2]) await readFrom(log, offset);
  bed.clock.advance(30_000);
  damage('c');
  expect(await readFrom(log, 0)).toBe('ab');
  expect(await readFrom(log, 2)).toBe(`refused ${ErrorCode.KAFKA_STORAGE_ERROR}`);
});

test('what lies behind a place that was checked is checked', async () => {
  const log = await bed.open({ environment });
  await append(log, 'abcdefgh');
  await readFrom(log, 0);
  damage('c');
  expect(await readFrom(log, 1)).toBe('b');
  expect(await readFrom(log, 2)).toBe(`refused ${ErrorCode.KAFKA_STORAGE_ERROR}`);
});

test('a budget that is spent, and a reader that stays away, cost nothing more', async () => {
  const { clock, buffers } = environment;
  const readAhead = new ReadAhead(clock, buffers, ANSWER_BYTES + 100);
  const narrow = { ...environment, readAhead };
  const log = await bed.open({ environment: narrow });
  const other = await bed.open({ environment: narrow, name: 'other-0' });
  for (const one of [log, other]) {
    await append(one, 'abcdefgh');
    for (const offset of [0, 2]) await readFrom(one, offset);
  }
  expect(readAhead.usedBytes).toBe(ANSWER_BYTES);
  expect(await readFrom(other, 4)).toBe('ef');
  bed.clock.advance(999);
  expect(readAhead.usedBytes).toBe(ANSWER_BYTES);
  bed.clock.advance(1);
  expect(readAhead.usedBytes).toBe(0);
  expect(await readFrom(log, 4)).toBe('ef');
  await log.close();
  await other.close();
});
