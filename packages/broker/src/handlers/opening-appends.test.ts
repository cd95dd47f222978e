import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../test/seeded-random.ts';
import { DEFAULT_LOG_CONFIG, type LogConfig } from '../log/log-config.ts';
import { recordCountAt } from '../protocol/record-batch.ts';
import { buildBatch } from '../protocol/records.ts';
import type { LeaderAppend, PartitionAppend } from '../replication/leader-append.ts';
import type { Compute } from '../runtime/compute.ts';
import { OpeningAppends, type OpeningPartition } from './opening-appends.ts';

/** A partition that notes, by the number of records, what is appended and whether it was opened before. */
class NotingPartition implements OpeningPartition {
  whenFree: Promise<void> | null = null;
  readonly log: { config: LogConfig };
  readonly appended: string[] = [];

  constructor(config: Partial<LogConfig>) {
    this.log = { config: { ...DEFAULT_LOG_CONFIG, ...config } };
  }

  appendAsLeader(batch: Uint8Array, { opened }: LeaderAppend): PartitionAppend {
    this.appended.push(`${recordCountAt(batch)} ${opened?.kind ?? 'as it came'}`);
    return { kind: 'rejected', errorCode: 0, message: '', recordErrors: [] };
  }
}

const APPEND: LeaderAppend = { origin: 'client', requiredAcks: -1 };

/** A batch of so many records, large enough for another thread when there are more than one. */
function batchOf(recordCount: number): Uint8Array {
  const random = new SeededRandom(1, 1);
  const value = random.bytes(20_000);
  return buildBatch(
    Array.from({ length: recordCount }, () => ({ value: recordCount === 1 ? null : value, timestamp: 1 })),
    { compression: 'gzip' },
  );
}

function scene(config: Partial<LogConfig>) {
  const runs: (() => void)[] = [];
  const compute: Compute = {
    run: (job, input, given = []) => {
      const moved = structuredClone(input, { transfer: [...given] });
      return new Promise((resolve) => {
        runs.push(() => resolve(job.run(moved)));
      });
    },
  };
  const partition = new NotingPartition(config);
  const appends = new OpeningAppends(compute);
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return {
    appends,
    partition,
    append: (count: number) => appends.append(partition, batchOf(count), APPEND),
    runs,
    settle,
  };
}

describe('an append to a topic that looks into its batches', () => {
  test('is opened off the loop when large, and what comes behind it keeps its place', async () => {
    const { append, partition, runs, settle } = scene({ validateRecords: true });
    append(2);
    append(1);
    append(3);
    await settle();
    expect([partition.appended, runs.length]).toEqual([[], 2]);
    runs[1]?.();
    await settle();
    expect(partition.appended).toEqual([]);
    runs[0]?.();
    await settle();
    expect(partition.appended).toEqual(['2 opened', '1 as it came', '3 opened']);
    append(1);
    expect(partition.appended.at(-1)).toBe('1 as it came');
  });

  test('does not hold up other partitions', () => {
    const { appends, append } = scene({ cleanupPolicy: ['compact'] });
    append(2);
    const other = new NotingPartition({});
    expect(appends.append(other, batchOf(2), APPEND)).not.toBeInstanceOf(Promise);
    expect(other.appended).toEqual(['2 as it came']);
  });

  test('leaves the frame that the batch came in as it was', async () => {
    const { appends, partition, runs, settle } = scene({ compressionType: 'zstd' });
    const frame = Buffer.concat([batchOf(2)]);
    appends.append(partition, frame, APPEND);
    runs[0]?.();
    await settle();
    expect(partition.appended).toEqual(['2 opened']);
    expect(frame.equals(batchOf(2))).toBe(true);
  });
});
