import { expect, test } from 'vitest';
import { IoThrottle } from '../../src/log/io-throttle.ts';
import { DEFAULT_LOG_CONFIG, type LogConfig } from '../../src/log/log-config.ts';
import type { LogDirectory } from '../../src/log/log-directory.ts';
import type { PartitionLog } from '../../src/log/partition-log.ts';
import { buildTransactionMarker } from '../../src/protocol/control-records.ts';
import {
  assignOffsets,
  baseOffsetAt,
  isControlAt,
  isTransactionalAt,
  lastOffsetAt,
  producerIdAt,
} from '../../src/protocol/record-batch.ts';
import { buildBatch, recordsBody, recordsIn } from '../../src/protocol/records.ts';
import type { Compute } from '../../src/runtime/compute.ts';
import { contentOf, indexFlaws } from './crash-checks.ts';
import { type Boundary, CrashMachine } from './crash-machine.ts';
import { CRASH_FAULTS, crashed, type Moment } from './crash-matrix.ts';

/** As a rule every third boundary is enough to see a rule broken. */
const IS_WHOLE = process.env.ODRADEK_CRASH_MATRIX === 'whole';

const NAME = 'tables-0';
const CONFIG: LogConfig = {
  ...DEFAULT_LOG_CONFIG,
  cleanupPolicy: ['compact'],
  segmentBytes: 900,
  indexIntervalBytes: 150,
  fileDeleteDelayMs: 5,
};
const OPTIONS = { config: CONFIG, topicId: 'oLIQyYhGQsiCoFcXtVXDSA' };
const TIME_MS = 1_700_000_000_000;

/** On this very turn: virtual time stands still meanwhile. */
const compute: Compute = { run: async (job, input) => job.run(input) };

function open(machine: CrashMachine, directory: LogDirectory): Promise<PartitionLog> {
  return machine.done(directory.openLog({ topic: 'tables', partition: 0 }, OPTIONS));
}

/** Keys that come again and again, and transactions of which every other one is aborted. */
async function append(machine: CrashMachine, log: PartitionLog): Promise<void> {
  for (let round = 0; round < 30; round++) {
    const producerId = round % 4 === 1 ? 7 : -1;
    const options = producerId < 0 ? {} : { producerId, producerEpoch: 0, isTransactional: true };
    const value = Buffer.from(`${round}`.padStart(20));
    const records = ['a', 'b', `c${round % 3}`].map((key) => ({
      key: Buffer.from(key),
      value,
      timestamp: TIME_MS,
    }));
    const batches = [buildBatch(records, { ...options, baseSequence: producerId < 0 ? -1 : round * 3 })];
    if (producerId > 0) {
      const outcome = round % 8 === 1 ? 'abort' : 'commit';
      const marker = {
        outcome,
        producerId,
        producerEpoch: 0,
        coordinatorEpoch: 0,
        timestamp: TIME_MS,
      } as const;
      batches.push(buildTransactionMarker(marker));
    }
    for (const batch of batches) {
      assignOffsets(batch, log.logEndOffset, 0);
      const taken = log.follower.append(batch);
      if (taken.kind === 'appended') await machine.done(taken.completion);
    }
  }
  log.updateHighWatermark(log.logEndOffset);
  await machine.done(log.flush());
}

async function clean(machine: CrashMachine, log: PartitionLog) {
  const range = await machine.done(log.compaction.range(TIME_MS));
  const clock = {
    wallMs: () => 0,
    monotonicMs: () => 0,
    after: () => ({ cancel: () => {} }),
    soon: () => {},
  };
  const tools = {
    ...{ compute, mapBytes: 10_000, mapLoadFactor: 0.9, readBytes: 500 },
    throttle: new IoThrottle(clock, Number.MAX_VALUE),
    hashKey: new Uint8Array(16),
  };
  return machine.done(log.compaction.clean(range, tools));
}

/** The map that a reader of the committed makes of the log. */
async function tableOf(machine: CrashMachine, log: PartitionLog): Promise<Record<string, string>> {
  const { batches, isRefused } = await contentOf(machine, log);
  if (isRefused) throw new Error('the log was refused');
  const aborted = [...(await machine.done(log.abortedTransactions(0, log.logEndOffset)))];
  const table: Record<string, string> = {};
  for (const batch of batches) {
    const isAborted = aborted.some(
      ({ producerId, firstOffset, lastOffset }) =>
        producerId === producerIdAt(batch) &&
        firstOffset <= baseOffsetAt(batch) &&
        lastOffset > lastOffsetAt(batch),
    );
    if (isControlAt(batch) || (isTransactionalAt(batch) && isAborted)) continue;
    for (const { key, value } of recordsIn(batch, recordsBody(batch, 100_000))) {
      table[Buffer.from(key ?? []).toString()] = Buffer.from(value ?? []).toString();
    }
  }
  return Object.fromEntries(Object.entries(table).sort());
}

test('after a crash at any boundary of a cleaning the log says what it said, and can be cleaned', async () => {
  const moments: Moment[] = [];
  let isCleaning = false;
  let number = 0;
  const machine: CrashMachine = new CrashMachine({
    onBoundary: (boundary: Boundary) => {
      if (!isCleaning || (number++ % 3 !== 0 && !IS_WHOLE)) return;
      const { tree, copyOf } = machine.tree.copy();
      const writing = [...machine.writing].flatMap((write) => {
        const node = copyOf(write.node);
        return node === undefined ? [] : [{ ...write, node }];
      });
      moments.push({ boundary, number, tree, writing, known: [] });
    },
  });
  const directory = await machine.openDirectory({ hasTasks: true });
  const log = await open(machine, directory);
  await append(machine, log);
  await machine.sleep(200);
  const [expected, logEndOffset] = [await tableOf(machine, log), log.logEndOffset];
  isCleaning = true;
  const counts = await clean(machine, log);
  expect(counts?.recordsWritten).toBeLessThan((counts?.recordsRead ?? 0) / 2);
  await machine.sleep(200);
  isCleaning = false;
  expect(await tableOf(machine, log)).toEqual(expected);

  const flaws: string[] = [];
  for (const moment of moments) {
    for (const fault of CRASH_FAULTS) {
      const said = (text: string) =>
        flaws.push(`${moment.number} ${moment.boundary.kind} ${moment.boundary.path}, ${fault}: ${text}`);
      try {
        const restarted = new CrashMachine({ tree: crashed(moment, fault) });
        const restartedDirectory = await restarted.openDirectory({ hasTasks: false });
        const again = await open(restarted, restartedDirectory);
        if (again.logEndOffset !== logEndOffset) said(`the log ends at ${again.logEndOffset}`);
        const is = JSON.stringify(await tableOf(restarted, again));
        if (is !== JSON.stringify(expected)) said(`it says ${is}`);
        again.updateHighWatermark(logEndOffset);
        if ((await clean(restarted, again)) === null) said('it cannot be cleaned');
        const cleaned = JSON.stringify(await tableOf(restarted, again));
        if (cleaned !== JSON.stringify(expected)) said(`cleaned it says ${cleaned}`);
        await restarted.done(restartedDirectory.close(1));
        for (const flaw of indexFlaws(restarted.tree, NAME)) said(flaw);
        for (const { level, message } of restarted.said) if (level === 'error') said(message);
      } catch (error) {
        said(String(error));
      }
    }
  }
  console.log(`cleaning: ${moments.length} boundaries × ${CRASH_FAULTS.length} faults`);
  expect(flaws.slice(0, 10)).toEqual([]);
}, 300_000);
