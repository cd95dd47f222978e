import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { FilePool } from '../../src/log/file-pool.ts';
import { FlushRounds } from '../../src/log/flush-rounds.ts';
import { IndexCache } from '../../src/log/index-cache.ts';
import { DEFAULT_LOG_CONFIG, type LogConfig } from '../../src/log/log-config.ts';
import type { LogEnvironment } from '../../src/log/log-environment.ts';
import { PartitionLog } from '../../src/log/partition-log.ts';
import { ReadAhead } from '../../src/log/read-ahead.ts';
import { ScanTally } from '../../src/log/scan-tally.ts';
import { SpaceGuard } from '../../src/log/space-guard.ts';
import { TailCache } from '../../src/log/tail-cache.ts';
import { batchesIn } from '../../src/protocol/record-batch.ts';
import {
  type BatchOptions,
  buildBatch,
  type NewRecord,
  recordsBody,
  recordsIn,
} from '../../src/protocol/records.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import type { Disk } from '../../src/runtime/disk.ts';
import { silentLogger } from '../../src/runtime/logger.ts';
import { NodeBufferPool } from '../../src/runtime/node-buffer-pool.ts';
import { nodeDisk } from '../../src/runtime/node-disk.ts';
import { nodeRandom } from '../../src/runtime/node-random.ts';

/** A clock that stands still until it is moved; timers run when it passes them. For the tests of this room. */
export class ManualClock implements Clock {
  #nowMs = 1_700_000_000_000;
  #timers: { dueMs: number; task: () => void }[] = [];

  wallMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  soon(task: () => void): void {
    setImmediate(task);
  }

  after(delayMs: number, task: () => void) {
    const timer = { dueMs: this.#nowMs + delayMs, task };
    this.#timers.push(timer);
    return { cancel: () => this.#drop(timer) };
  }

  advance(byMs: number): void {
    this.#nowMs += byMs;
    for (const timer of this.#timers.filter(({ dueMs }) => dueMs <= this.#nowMs)) {
      this.#drop(timer);
      timer.task();
    }
  }

  #drop(timer: { dueMs: number; task: () => void }): void {
    this.#timers = this.#timers.filter((other) => other !== timer);
  }
}

export interface OpenOptions {
  readonly config?: Partial<LogConfig>;
  readonly isClean?: boolean;
  readonly recoveryPoint?: number;
  readonly logStartOffset?: number;
  readonly highWatermark?: number;
  readonly tailBytes?: number;
  readonly waitsForSpace?: boolean;
  readonly lowerCheckpoints?: () => Promise<void>;
  /** That of other logs, for them to be neighbours. */
  readonly environment?: LogEnvironment;
  /** Of a folder for the log, where there are several. */
  readonly name?: string;
}

/** A real directory for one partition, in which logs are opened one after the other. */
export class LogBed {
  readonly directory = fs.mkdtempSync(path.join(os.tmpdir(), 'odradek-log-'));
  readonly clock = new ManualClock();
  readonly failures: unknown[] = [];
  readonly disk: Disk;
  readonly space: SpaceGuard;

  constructor(disk: Disk = nodeDisk) {
    this.disk = disk;
    this.space = new SpaceGuard({
      clock: this.clock,
      logger: silentLogger,
      path: this.directory,
      look: () => disk.space(this.directory),
      minFreeBytes: () => 0,
      onChanged: () => {},
      onLost: () => {},
    });
  }

  /** Each call is a start of the broker: nothing is shared with an earlier one but the files. */
  open(options: OpenOptions = {}): Promise<PartitionLog> {
    const directory = options.name === undefined ? this.directory : `${this.directory}/${options.name}`;
    fs.mkdirSync(directory, { recursive: true });
    return PartitionLog.open({
      environment: options.environment ?? this.environment(options.tailBytes),
      directory,
      topicPartition: { topic: 'orders', partition: 0 },
      topicId: 'AAAAAAAAAAAAAAAAAAAAAw',
      config: { ...DEFAULT_LOG_CONFIG, ...options.config },
      owner: {
        onFailure: (error) => this.failures.push(error),
        beforeFirstSync: async () => {},
        raiseCheckpoint: async () => {},
        lowerCheckpoints: options.lowerCheckpoints ?? (async () => {}),
      },
      isClean: options.isClean ?? false,
      waitsForSpace: options.waitsForSpace ?? false,
      recoveryPoint: options.recoveryPoint ?? 0,
      logStartOffset: options.logStartOffset ?? 0,
      highWatermark: options.highWatermark ?? 0,
    });
  }

  environment(tailBytes = 0): LogEnvironment {
    const buffers = new NodeBufferPool();
    return {
      clock: this.clock,
      random: nodeRandom(),
      disk: this.disk,
      logger: silentLogger,
      buffers,
      files: new FilePool(this.disk, 100),
      indexes: new IndexCache(1024 * 1024),
      tails: new TailCache(tailBytes, buffers),
      readAhead: new ReadAhead(this.clock, buffers, 1024 * 1024),
      scans: new ScanTally(),
      flushes: new FlushRounds(setImmediate),
      space: this.space,
    };
  }

  /** Names of the files, sorted. */
  files(): string[] {
    return fs.readdirSync(this.directory).sort();
  }

  remove(): void {
    fs.rmSync(this.directory, { recursive: true, force: true });
  }
}

/** A batch of one record per text. */
export function batchOf(
  texts: readonly string[],
  options: BatchOptions & { timestamp?: number } = {},
): Uint8Array {
  const { timestamp = 1_700_000_000_000, ...batch } = options;
  return buildBatch(
    texts.map((text): NewRecord => ({ key: null, value: Buffer.from(text), timestamp })),
    batch,
  );
}

/** All that a consumer reads from `fromOffset` to the log end: value texts by offset. */
export async function contentOf(
  log: PartitionLog,
  fromOffset = log.logStartOffset,
): Promise<[number, string][]> {
  const content: [number, string][] = [];
  let next = fromOffset;
  while (next < log.logEndOffset) {
    const request = { fromOffset: next, maxBytes: 10_000, upToOffset: log.logEndOffset, minOneBatch: true };
    const read = await log.read(request);
    if (read.kind !== 'records' || read.parts.length === 0) throw new Error(`nothing to read at ${next}`);
    for (const part of read.parts) content.push(...recordsOf(part).filter(([offset]) => offset >= next));
    next = read.nextOffset;
  }
  return content;
}

/** Offset and value of every record in some batches. */
export function recordsOf(bytes: Uint8Array): [number, string][] {
  return [...batchesIn(bytes)].flatMap((batch) =>
    [...recordsIn(batch, recordsBody(batch, 1_000_000))].map((record): [number, string] => [
      record.offset,
      Buffer.from(record.value ?? []).toString(),
    ]),
  );
}
