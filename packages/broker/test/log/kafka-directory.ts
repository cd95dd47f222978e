import type { CleaningCounts } from '../../src/log/cleaning-run.ts';
import { IoThrottle } from '../../src/log/io-throttle.ts';
import { DEFAULT_LOG_CONFIG, type LogConfig } from '../../src/log/log-config.ts';
import { LogDirectory } from '../../src/log/log-directory.ts';
import type { FoundPartition } from '../../src/log/partition-directory.ts';
import type { PartitionLog } from '../../src/log/partition-log.ts';
import type { AbortedTransaction } from '../../src/log/transaction-index.ts';
import { batchesIn, isControlAt, isTransactionalAt, producerIdAt } from '../../src/protocol/record-batch.ts';
import { buildBatch, type LogRecord, recordsBody, recordsIn } from '../../src/protocol/records.ts';
import { nodeCompute } from '../../src/runtime/node-compute.ts';
import type { LogBed } from './log-bed.ts';

/** A record as a Java consumer read it from Apache Kafka. */
export interface RecordAnswer {
  readonly offset: number;
  readonly timestamp: number;
  readonly key: string | null;
  readonly value: string | null;
}

/** Where Kafka's ListOffsets found something: offset, time and leader epoch, -1 each for nothing. */
export interface OffsetAnswer {
  readonly offset: number;
  readonly timestamp: number;
  readonly leaderEpoch: number;
}

/** What Kafka's DescribeProducers said of one producer. */
export interface ProducerAnswer {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly lastSequence: number;
  readonly lastTimestamp: number;
  readonly coordinatorEpoch: number;
  readonly currentTxnStartOffset: number;
}

/** What Apache Kafka answered about partition 0 of a topic, before the files were copied. */
export interface TopicAnswers {
  readonly topic: string;
  readonly isCompacted: boolean;
  readonly logStartOffset: number;
  readonly logEndOffset: number;
  readonly lastStableOffset: number;
  readonly uncommitted: readonly RecordAnswer[];
  readonly committed: readonly RecordAnswer[];
  readonly newest: OffsetAnswer;
  readonly byTimestamp: readonly { readonly sought: number; readonly found: OffsetAnswer }[];
  readonly byEpoch: readonly {
    readonly epoch: number;
    readonly leaderEpoch: number;
    readonly endOffset: number;
  }[];
  readonly producers: readonly ProducerAnswer[];
}

/** A log directory that Apache Kafka wrote, opened by this log. */
export class KafkaDirectory {
  readonly directory: LogDirectory;
  readonly #found: readonly FoundPartition[];

  private constructor(directory: LogDirectory, found: readonly FoundPartition[]) {
    this.directory = directory;
    this.#found = found;
  }

  static async open(bed: LogBed, path: string): Promise<KafkaDirectory> {
    const failed = (error: Error) => {
      throw error;
    };
    const directory = await LogDirectory.open({ ...bed.environment(), path, nodeId: 1, onOffline: failed });
    return new KafkaDirectory(directory, await directory.partitions());
  }

  /** Opens what is not open yet: after a crash a stop is a clean one where every log was recovered. */
  async openAll(): Promise<void> {
    for (const { topic, partition, topicId } of this.#found) {
      if (this.directory.log({ topic, partition }) !== undefined) continue;
      const options = { config: DEFAULT_LOG_CONFIG, topicId: topicId ?? '' };
      await this.directory.openLog({ topic, partition }, options);
    }
  }

  /** Partition 0 of a topic, with everything in it replicated as in the cluster of one that it comes from. */
  async log(topic: string, config: Partial<LogConfig> = {}): Promise<PartitionLog> {
    const topicId = this.#found.find((partition) => partition.topic === topic)?.topicId ?? '';
    const log = await this.directory.openLog(
      { topic, partition: 0 },
      { config: { ...DEFAULT_LOG_CONFIG, ...config }, topicId },
    );
    log.updateHighWatermark(log.logEndOffset);
    return log;
  }

  close(): Promise<void> {
    return this.directory.close(1);
  }
}

/** What this log answers to the questions that Kafka was asked. */
export async function answersOf(log: PartitionLog, asked: TopicAnswers): Promise<TopicAnswers> {
  const byTimestamp: { sought: number; found: OffsetAnswer }[] = [];
  for (const { sought } of asked.byTimestamp) {
    byTimestamp.push({ sought, found: offsetAnswer(await log.offsetForTimestamp(sought)) });
  }
  return {
    topic: asked.topic,
    isCompacted: asked.isCompacted,
    logStartOffset: log.logStartOffset,
    logEndOffset: log.logEndOffset,
    lastStableOffset: log.lastStableOffset,
    uncommitted: await recordsOf(log, log.logEndOffset, []),
    committed: await recordsOf(
      log,
      log.lastStableOffset,
      await log.abortedTransactions(log.logStartOffset, log.lastStableOffset),
    ),
    newest: offsetAnswer(await log.newestRecord()),
    byTimestamp,
    byEpoch: asked.byEpoch.map(({ epoch }) => ({ epoch, ...log.endOffsetForEpoch(epoch) })),
    producers: producersOf(log),
  };
}

function producersOf(log: PartitionLog): ProducerAnswer[] {
  return Array.from(log.producers(), (entry) => ({
    producerId: entry.producerId,
    producerEpoch: entry.epoch,
    lastSequence: entry.batches.at(-1)?.lastSequence ?? -1,
    lastTimestamp: entry.lastTimestamp,
    coordinatorEpoch: entry.coordinatorEpoch,
    currentTxnStartOffset: entry.currentTxnFirstOffset,
  })).sort((left, right) => left.producerId - right.producerId);
}

function offsetAnswer(search: Awaited<ReturnType<PartitionLog['newestRecord']>>): OffsetAnswer {
  if (search.kind === 'refused') throw new Error(`the look-up was refused with ${search.errorCode}`);
  return search.record ?? { offset: -1, timestamp: -1, leaderEpoch: -1 };
}

/** The data records below an offset, without those of the aborted transactions: what a consumer would give out. */
async function recordsOf(
  log: PartitionLog,
  upToOffset: number,
  aborted: readonly AbortedTransaction[],
): Promise<RecordAnswer[]> {
  const answers: RecordAnswer[] = [];
  for (let fromOffset = log.logStartOffset; fromOffset < upToOffset; ) {
    const read = await log.read({ fromOffset, upToOffset, maxBytes: 4_000, minOneBatch: true });
    if (read.kind !== 'records')
      throw new Error(`reading at ${fromOffset} was refused with ${read.errorCode}`);
    // Compaction may have left nothing between here and the end.
    if (read.parts.length === 0) break;
    for (const batch of read.parts.flatMap((part) => [...batchesIn(part)])) {
      if (!isControlAt(batch)) answers.push(...recordAnswers(batch, fromOffset, aborted));
    }
    fromOffset = read.nextOffset;
  }
  return answers;
}

function recordAnswers(batch: Uint8Array, fromOffset: number, aborted: readonly AbortedTransaction[]) {
  const isAborted = ({ offset }: LogRecord) =>
    isTransactionalAt(batch) &&
    aborted.some(
      ({ producerId, firstOffset, lastOffset }) =>
        producerId === producerIdAt(batch) && offset >= firstOffset && offset <= lastOffset,
    );
  return [...recordsIn(batch, recordsBody(batch, 1_000_000))]
    .filter((record) => record.offset >= fromOffset && !isAborted(record))
    .map(({ offset, timestamp, key, value }) => ({
      offset,
      timestamp,
      key: key === null ? null : Buffer.from(key).toString(),
      value: value === null ? null : Buffer.from(value).toString(),
    }));
}

/** As Kafka's compacted topic is configured. */
export const COMPACTED_CONFIG = { cleanupPolicy: ['compact'], segmentMs: 5_000 } as const;

/** Cleans all that the log holds, behind which it begins a segment with a tombstone of the key `later`. */
export async function cleanAll(log: PartitionLog, bed: LogBed): Promise<CleaningCounts | null> {
  const newest = await log.newestRecord();
  const newestMs = newest.kind === 'searched' ? (newest.record?.timestamp ?? 0) : 0;
  bed.clock.advance(newestMs + 60_000 - bed.clock.wallMs());
  const later = buildBatch([{ key: Buffer.from('later'), value: null, timestamp: bed.clock.wallMs() }]);
  const appended = log.appendAsLeader(later, { origin: 'client', leaderEpoch: log.latestEpoch });
  if (appended.kind !== 'appended') throw new Error(JSON.stringify(appended));
  await appended.completion;
  log.updateHighWatermark(log.logEndOffset);
  await log.flush();
  return log.compaction.clean(await log.compaction.range(bed.clock.wallMs()), {
    compute: nodeCompute,
    throttle: new IoThrottle(bed.clock, Number.MAX_VALUE),
    hashKey: Buffer.alloc(16, 7),
    mapBytes: 1024 * 1024,
    mapLoadFactor: 0.9,
    readBytes: 4096,
  });
}

/** What a reader knows of each key in the end; a key that was taken back is not known. */
export function latestOf(records: readonly RecordAnswer[]): Record<string, string> {
  const latest = new Map<string, string>();
  for (const { key, value } of records) {
    if (value === null) latest.delete(key ?? '');
    else latest.set(key ?? '', value);
  }
  return Object.fromEntries([...latest].sort());
}
