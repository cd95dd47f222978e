import { IoThrottle } from '../../src/log/io-throttle.ts';
import { DEFAULT_LOG_CONFIG, type LogConfig } from '../../src/log/log-config.ts';
import type { LogDirectory } from '../../src/log/log-directory.ts';
import type { PartitionLog } from '../../src/log/partition-log.ts';
import { buildTransactionMarker, controlRecordTypeOf } from '../../src/protocol/control-records.ts';
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
import { contentOf } from './crash-checks.ts';
import type { CrashMachine } from './crash-machine.ts';

/** Of the directory of the one partition that is compacted. */
export const TABLE = 'tables-0';

/** Small segments and sparse indexes. */
const COMPACTED: LogConfig = {
  ...DEFAULT_LOG_CONFIG,
  cleanupPolicy: ['compact'],
  segmentBytes: 900,
  indexIntervalBytes: 150,
  fileDeleteDelayMs: 5,
};
const TOPIC_ID = 'oLIQyYhGQsiCoFcXtVXDSA';
const TIME_MS = 1_700_000_000_000;
const PRODUCER_ID = 7;

/** What a reader of the committed makes of a log: the last value of each key. */
export type Table = Readonly<Record<string, string>>;

/** On this very turn: virtual time stands still meanwhile. */
const compute: Compute = { run: async (job, input) => job.run(input) };

/** A compacted log, and all that was ever appended to it, over several lives of a machine. */
export class CompactedTable {
  readonly #appended: Uint8Array[] = [];
  #round = 0;

  open(
    machine: CrashMachine,
    directory: LogDirectory,
    config: Partial<LogConfig> = {},
  ): Promise<PartitionLog> {
    const options = { config: { ...COMPACTED, ...config }, topicId: TOPIC_ID };
    return machine.done(directory.openLog({ topic: 'tables', partition: 0 }, options));
  }

  /** Keys that come again and again, and transactions of which every other one is aborted. */
  async append(machine: CrashMachine, log: PartitionLog, rounds: number): Promise<void> {
    for (const last = this.#round + rounds; this.#round < last; this.#round++) {
      for (const batch of batchesOf(this.#round)) {
        assignOffsets(batch, log.logEndOffset, 0);
        this.#appended.push(batch.slice());
        const taken = log.follower.append(batch);
        if (taken.kind === 'appended') await machine.done(taken.completion);
      }
    }
    log.updateHighWatermark(log.logEndOffset);
  }

  /** What a log that ends at `endOffset` must say, cleaned or not; of no batch may it have a part only. */
  at(endOffset: number): Table {
    const batches = this.#appended.filter((batch) => lastOffsetAt(batch) < endOffset);
    const end = batches.at(-1);
    if (end !== undefined && lastOffsetAt(end) + 1 !== endOffset)
      throw new Error(`no batch ends at ${endOffset}`);
    const table: Record<string, string> = {};
    for (const [index, batch] of batches.entries()) {
      if (isControlAt(batch) || isAbort(batches[index + 1])) continue;
      for (const [key, value] of pairsOf(batch)) table[key] = value;
    }
    return sorted(table);
  }
}

/** A marker follows the only batch of its transaction. */
function isAbort(batch: Uint8Array | undefined): boolean {
  if (batch === undefined || !isControlAt(batch)) return false;
  const [marker] = recordsIn(batch, recordsBody(batch, 100_000));
  return controlRecordTypeOf(marker?.key ?? new Uint8Array()) === 'abort';
}

function batchesOf(round: number): Uint8Array[] {
  const isTransaction = round % 4 === 1;
  const options = isTransaction ? { producerId: PRODUCER_ID, producerEpoch: 0, isTransactional: true } : {};
  const value = Buffer.from(`${round}`.padStart(20));
  const keys = ['a', 'b', `c${round % 3}`];
  const records = keys.map((key) => ({ key: Buffer.from(key), value, timestamp: TIME_MS }));
  const data = buildBatch(records, { ...options, baseSequence: isTransaction ? round * 3 : -1 });
  if (!isTransaction) return [data];
  const producer = { producerId: PRODUCER_ID, producerEpoch: 0, coordinatorEpoch: 0, timestamp: TIME_MS };
  const outcome = round % 8 === 1 ? 'abort' : 'commit';
  return [data, buildTransactionMarker({ ...producer, outcome })];
}

/** Cleans what of the log can be cleaned. */
export async function clean(machine: CrashMachine, log: PartitionLog) {
  const range = await machine.done(log.compaction.range(TIME_MS));
  const clock = {
    wallMs: () => 0,
    monotonicMs: () => 0,
    after: () => ({ cancel: () => {} }),
    soon: () => {},
  };
  const counts = await machine.done(
    log.compaction.clean(range, {
      ...{ compute, mapBytes: 10_000, mapLoadFactor: 0.9, readBytes: 500 },
      throttle: new IoThrottle(clock, Number.MAX_VALUE),
      hashKey: new Uint8Array(16),
    }),
  );
  if (counts !== null) log.compaction.cleanedTo = counts.endOffset;
  return counts;
}

/** What a reader of the committed makes of the log. */
export async function tableOf(machine: CrashMachine, log: PartitionLog): Promise<Table> {
  const { batches, isRefused } = await contentOf(machine, log);
  if (isRefused) throw new Error('the log was refused');
  const aborted = await machine.done(log.abortedTransactions(0, log.logEndOffset));
  const table: Record<string, string> = {};
  for (const batch of batches) {
    const isOut = aborted.some(
      ({ producerId, firstOffset, lastOffset }) =>
        producerId === producerIdAt(batch) &&
        firstOffset <= baseOffsetAt(batch) &&
        lastOffset > lastOffsetAt(batch),
    );
    if (isControlAt(batch) || (isTransactionalAt(batch) && isOut)) continue;
    for (const [key, value] of pairsOf(batch)) table[key] = value;
  }
  return sorted(table);
}

function pairsOf(batch: Uint8Array): [string, string][] {
  return [...recordsIn(batch, recordsBody(batch, 100_000))].map(({ key, value }) => [
    Buffer.from(key ?? []).toString(),
    Buffer.from(value ?? []).toString(),
  ]);
}

function sorted(table: Record<string, string>): Table {
  return Object.fromEntries(Object.entries(table).sort());
}
