import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { batchOf, LogBed } from '../../test/log/log-bed.ts';
import type { LogConfig } from './log-config.ts';

let bed: LogBed;
beforeEach(() => {
  bed = new LogBed();
});
afterEach(() => bed.remove());

const CLIENT = { origin: 'client', leaderEpoch: 0 } as const;

interface Append {
  readonly valueBytes: number;
  readonly timestamp: number;
  /** Whether the next one is not given before this one is written. */
  readonly isAwaited: boolean;
}

/** The content of all files that a log has after the appends, by name. */
async function filesAfter(appends: readonly Append[], config: Partial<LogConfig>): Promise<object> {
  const own = new LogBed();
  const log = await own.open({ config });
  const completions: Promise<number>[] = [];
  for (const { valueBytes, timestamp, isAwaited } of appends) {
    const outcome = log.appendAsLeader(batchOf(['x'.repeat(valueBytes)], { timestamp }), CLIENT);
    if (outcome.kind !== 'appended') throw new Error(outcome.kind);
    completions.push(outcome.completion);
    if (isAwaited) await outcome.completion;
  }
  await Promise.all(completions);
  await log.close();
  const content = own
    .files()
    .map((name) => [name, fs.readFileSync(path.join(own.directory, name)).toString('hex')]);
  own.remove();
  return Object.fromEntries(content);
}

const START_MS = 1_700_000_000_000;

test('the files of a log do not depend on which appends were written together', async () => {
  const appends = fc.array(
    fc.record({
      valueBytes: fc.integer({ min: 0, max: 300 }),
      timestamp: fc.oneof(
        { weight: 5, arbitrary: fc.integer({ min: START_MS, max: START_MS + 2000 }) },
        { weight: 1, arbitrary: fc.constant(-1) },
      ),
      isAwaited: fc.boolean(),
    }),
    { maxLength: 25 },
  );
  const configs = fc.record({
    segmentBytes: fc.constantFrom(500, 1000, 100_000),
    segmentMs: fc.constantFrom(100, 1000, 1_000_000),
    segmentIndexBytes: fc.constantFrom(4, 24, 60, 1000),
    indexIntervalBytes: fc.constantFrom(0, 200),
  });
  await fc.assert(
    fc.asyncProperty(appends, configs, async (given, config) => {
      const oneByOne = given.map((append) => ({ ...append, isAwaited: true }));
      expect(await filesAfter(given, config)).toEqual(await filesAfter(oneByOne, config));
    }),
    { numRuns: 25 },
  );
});

function logs(): number[] {
  const names = bed.files().filter((name) => name.endsWith('.log'));
  return names.map((name) => Number.parseInt(name, 10));
}

async function append(log: Awaited<ReturnType<LogBed['open']>>, timestamp: number): Promise<void> {
  const outcome = log.appendAsLeader(batchOf(['x'], { timestamp }), CLIENT);
  if (outcome.kind !== 'appended') throw new Error(outcome.kind);
  await outcome.completion;
}

test('a segment that begins without a timestamp is rolled by the time since it was made, or found', async () => {
  const config = { segmentMs: 1000 };
  const log = await bed.open({ config });
  await append(log, -1);
  bed.clock.advance(1000);
  await append(log, -1);
  expect(logs()).toEqual([0]);
  await log.close();
  const again = await bed.open({ isClean: true, config });
  bed.clock.advance(1000);
  await append(again, -1);
  expect(logs()).toEqual([0]);
  bed.clock.advance(1);
  await append(again, -1);
  expect(logs()).toEqual([0, 3]);
  await again.close();
});

test('a segment keeps the index size that it began with; a new config is for the next one', async () => {
  const config = { segmentIndexBytes: 60, indexIntervalBytes: 0 };
  const log = await bed.open({ config });
  await append(log, START_MS);
  log.updateConfig({ ...log.config, segmentIndexBytes: 24 });
  for (let index = 1; index < 5; index++) await append(log, START_MS + index);
  expect(logs()).toEqual([0]);
  for (let index = 5; index < 8; index++) await append(log, START_MS + index);
  expect(logs()).toEqual([0, 5, 7]);
  await log.close();
});

test('new sizes and ages act on the segment that is there', async () => {
  const log = await bed.open();
  await append(log, START_MS);
  await append(log, START_MS + 500);
  log.updateConfig({ ...log.config, segmentMs: 499 });
  await append(log, START_MS + 499);
  expect(logs()).toEqual([0]);
  await append(log, START_MS + 500);
  expect(logs()).toEqual([0, 3]);
  log.updateConfig({ ...log.config, segmentBytes: log.sizeInBytes });
  await append(log, START_MS);
  expect(logs()).toEqual([0, 3]);
  log.updateConfig({ ...log.config, segmentBytes: 100 });
  await append(log, START_MS);
  expect(logs()).toEqual([0, 3, 5]);
  await log.close();
});
