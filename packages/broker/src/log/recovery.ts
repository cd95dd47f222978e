import {
  baseOffsetAt,
  batchSizeAt,
  lastOffsetAt,
  leaderEpochAt,
  maxTimestampAt,
} from '../protocol/record-batch.ts';
import { scanBatches } from './batch-scan.ts';
import { readLeaderEpochs } from './checkpoint-files.ts';
import { IndexBuilder } from './index-builder.ts';
import { LeaderEpochCache } from './leader-epoch-cache.ts';
import type { LogConfig } from './log-config.ts';
import type { LogEnvironment } from './log-environment.ts';
import { applyBatch } from './producer-append.ts';
import { ProducerSnapshots } from './producer-snapshots.ts';
import { ProducerState } from './producer-state.ts';
import { Segment } from './segment.ts';
import { parseSegmentFileName } from './segment-files.ts';
import { SegmentList } from './segment-list.ts';
import { TransactionIndex } from './transaction-index.ts';

export const LEADER_EPOCH_CHECKPOINT = 'leader-epoch-checkpoint';

export interface LoadOptions {
  readonly config: LogConfig;
  /** Whether the log directory was closed in order: then nothing is scanned. */
  readonly isClean: boolean;
  /** Everything below is known to be on the disk. */
  readonly recoveryPoint: number;
  /** As checkpointed; records below are deleted. */
  readonly logStartOffset: number;
}

/** A log as its files say, ready to be appended to. */
export interface LoadedLog {
  readonly segments: SegmentList;
  readonly epochs: LeaderEpochCache;
  readonly producers: ProducerState;
  readonly snapshots: ProducerSnapshots;
  readonly logStartOffset: number;
  readonly logEndOffset: number;
  readonly recoveryPoint: number;
  /** Whether indexes and producers on the disk are complete, as closing in order leaves them. */
  readonly isSealed: boolean;
}

const TAIL_CHUNK_BYTES = 64 * 1024;
const REPLAY_CHUNK_BYTES = 1024 * 1024;

/**
 * Opens the files of a partition. After a crash the segments from the recovery point on are read through: the log
 * ends before the first batch that is not whole, what lies behind it is removed, and indexes, leader epochs and
 * producer state are built anew from what stays.
 */
export async function loadLog(
  environment: LogEnvironment,
  directory: string,
  options: LoadOptions,
): Promise<LoadedLog> {
  const found = await findSegments(environment, directory);
  const epochs = new LeaderEpochCache(
    await readLeaderEpochs(environment.disk, `${directory}/${LEADER_EPOCH_CHECKPOINT}`),
  );
  const loading: Loading = { environment, directory, options, epochs, snapshots: found.snapshots };
  const tail = found.segments.length === 0 ? null : await openTail(loading, found.segments);
  const opened =
    tail === null || tail.logEndOffset < options.logStartOffset
      ? await startAnew(loading, found.segments)
      : tail;
  const logStartOffset = Math.max(options.logStartOffset, opened.segments.first.baseOffset);
  epochs.truncateFromEnd(opened.logEndOffset);
  epochs.truncateFromStart(logStartOffset);
  const bases = new Set(opened.segments.all.map((segment) => segment.baseOffset));
  await found.snapshots.remove((offset) => offset !== opened.logEndOffset && !bases.has(offset));
  return {
    ...opened,
    epochs,
    snapshots: found.snapshots,
    logStartOffset,
    recoveryPoint: options.isClean
      ? opened.logEndOffset
      : Math.min(options.recoveryPoint, opened.logEndOffset),
  };
}

interface Loading {
  readonly environment: LogEnvironment;
  readonly directory: string;
  readonly options: LoadOptions;
  readonly epochs: LeaderEpochCache;
  readonly snapshots: ProducerSnapshots;
}

interface OpenedTail {
  readonly segments: SegmentList;
  readonly producers: ProducerState;
  readonly logEndOffset: number;
  readonly isSealed: boolean;
}

/** Lists segments and snapshots in order; removes files that were to be removed, and indexes without a segment. */
async function findSegments(environment: LogEnvironment, directory: string) {
  const { disk } = environment;
  const names = (await disk.list(directory)).flatMap(({ name }) => {
    const parsed = parseSegmentFileName(name);
    return parsed === null ? [] : [{ ...parsed, path: `${directory}/${name}` }];
  });
  const inUse = names.filter((file) => file.state === '');
  const bases = new Set(inUse.filter((file) => file.suffix === '.log').map((file) => file.offset));
  for (const file of names) {
    const isOrphan = file.suffix !== '.log' && file.suffix !== '.snapshot' && !bases.has(file.offset);
    if (file.state === '.deleted' || file.state === '.cleaned' || isOrphan) await disk.remove(file.path);
  }
  const transactional = new Set(
    inUse.filter((file) => file.suffix === '.txnindex').map((file) => file.offset),
  );
  const logs = inUse
    .filter((file) => file.suffix === '.log')
    .sort((left, right) => left.offset - right.offset);
  const segments = await Promise.all(
    logs.map(async ({ offset, path }) => {
      const hasTransactions = transactional.has(offset);
      const file = { baseOffset: offset, hasTransactions, ...(await disk.stat(path)) };
      return new Segment(environment, directory, file);
    }),
  );
  const snapshotOffsets = inUse.filter((file) => file.suffix === '.snapshot').map((file) => file.offset);
  return { segments, snapshots: new ProducerSnapshots(environment, directory, snapshotOffsets) };
}

async function openTail(loading: Loading, segments: Segment[]): Promise<OpenedTail> {
  if (loading.options.isClean) {
    const resumed = await resume(loading, segments);
    if (resumed !== null) return resumed;
    loading.environment.logger.warn(
      { directory: loading.directory },
      'The log does not end as a closed one does, reading its last segment through',
    );
  }
  return recover(loading, segments);
}

/** Goes on with a log that was closed in order; null when its last segment does not bear that out. */
async function resume(loading: Loading, segments: Segment[]): Promise<OpenedTail | null> {
  const active = segments.at(-1);
  const indexes = await active?.readIndexes();
  if (active === undefined || indexes === undefined || indexes === null) return null;
  const { offsets } = indexes;
  const tail = await readTail(loading.environment, active, offsets.last.position);
  if (tail.end !== active.sizeInBytes) return null;
  const builder = new IndexBuilder(indexes, loading.options.config.indexIntervalBytes, {
    sizeInBytes: active.sizeInBytes,
    firstTimestamp: await firstTimestamp(loading.environment, active),
  });
  active.replaceTransactions(await active.transactions());
  active.activate(builder, loading.options.config);
  const logEndOffset = tail.nextOffset ?? active.baseOffset;
  const producers = await producersAt(loading, segments, logEndOffset);
  return { segments: new SegmentList(segments), producers, logEndOffset, isSealed: true };
}

async function readTail(environment: LogEnvironment, segment: Segment, from: number) {
  const range = { from, to: segment.sizeInBytes, chunkBytes: TAIL_CHUNK_BYTES };
  return environment.files.use(segment.path, async (file) => {
    let end = from;
    let nextOffset: number | null = null;
    for await (const { bytes, position } of scanBatches(file, range)) {
      for (let at = 0; at < bytes.length; at += batchSizeAt(bytes, at))
        nextOffset = lastOffsetAt(bytes, at) + 1;
      end = position + bytes.length;
    }
    return { end, nextOffset };
  });
}

async function firstTimestamp(environment: LogEnvironment, segment: Segment): Promise<number | null> {
  const range = { from: 0, to: segment.sizeInBytes, chunkBytes: TAIL_CHUNK_BYTES };
  return environment.files.use(segment.path, async (file) => {
    for await (const { bytes } of scanBatches(file, range)) return maxTimestampAt(bytes);
    return null;
  });
}

/** Reads the segments through that may have been cut short, and cuts the log off behind its last whole batch. */
async function recover(loading: Loading, segments: Segment[]): Promise<OpenedTail> {
  const { environment, options } = loading;
  const last = segments.length - 1;
  const scanFrom = options.isClean
    ? last
    : Math.max(
        0,
        segments.findLastIndex((segment) => segment.baseOffset <= options.recoveryPoint),
      );
  const kept = segments.slice(0, scanFrom);
  const scanned = segments.slice(scanFrom);
  const start = scanned[0]?.baseOffset ?? 0;
  const producers = await producersAt(loading, kept, start);
  let logEndOffset = start;
  for (const [index, segment] of scanned.entries()) {
    // Segments are synced one by one: the end of one may be lost, between two batches, while the next one is there.
    if (index > 0 && segment.baseOffset !== logEndOffset) {
      await dropBehind(environment, scanned.slice(index), logEndOffset);
      break;
    }
    const before = kept.at(-1);
    if (before !== undefined && kept.length > scanFrom) await before.close();
    const recovered = await recoverSegment(loading, segment, producers);
    kept.push(segment);
    logEndOffset = recovered.nextOffset;
    if (recovered.lostBytes === 0) continue;
    environment.logger.warn(
      { segment: segment.path, lostBytes: recovered.lostBytes, logEndOffset },
      'Cutting off what is not a whole record batch',
    );
    await dropBehind(environment, scanned.slice(index + 1), logEndOffset);
    break;
  }
  producers.endOffset = logEndOffset;
  return { segments: new SegmentList(kept), producers, logEndOffset, isSealed: false };
}

/** Removes segments that no longer continue the log. */
async function dropBehind(
  environment: LogEnvironment,
  segments: readonly Segment[],
  logEndOffset: number,
): Promise<void> {
  for (const segment of segments) {
    environment.logger.warn(
      { segment: segment.path, logEndOffset },
      'Removing a segment behind records that are lost',
    );
    for (const path of await segment.renameToDeleted()) await environment.disk.remove(path);
  }
}

async function recoverSegment(loading: Loading, segment: Segment, producers: ProducerState) {
  const { config } = loading.options;
  const transactions = TransactionIndex.empty();
  const rebuilt = await segment.rebuild(config.indexIntervalBytes, (bytes, at) => {
    const epoch = leaderEpochAt(bytes, at);
    if (epoch > loading.epochs.latestEpoch) loading.epochs.assign(epoch, baseOffsetAt(bytes, at));
    const aborted = applyBatch(producers, bytes, at);
    if (aborted !== null) transactions.append(aborted);
  });
  const lostBytes = segment.sizeInBytes - rebuilt.validBytes;
  if (lostBytes > 0) await segment.truncateFile(rebuilt.validBytes);
  segment.replaceTransactions(transactions);
  segment.activate(rebuilt.builder, config);
  return { lostBytes, nextOffset: rebuilt.nextOffset };
}

/** The state of the producers at `limit`: the newest snapshot not above it, and the batches from there on. */
async function producersAt(
  { environment, snapshots }: { environment: LogEnvironment; snapshots: ProducerSnapshots },
  segments: readonly Segment[],
  limit: number,
): Promise<ProducerState> {
  const state = await snapshots.newestUpTo(limit, Math.min(limit, segments[0]?.baseOffset ?? limit));
  for (const [index, segment] of segments.entries()) {
    const end = segments[index + 1]?.baseOffset ?? limit;
    if (end > state.endOffset && segment.baseOffset < limit)
      await replay(environment, segment, { state, limit });
  }
  state.endOffset = limit;
  return state;
}

async function replay(
  environment: LogEnvironment,
  segment: Segment,
  { state, limit }: { state: ProducerState; limit: number },
): Promise<void> {
  const from = (await segment.offsetIndex()).lookup(state.endOffset).position;
  const range = { from, to: segment.sizeInBytes, chunkBytes: REPLAY_CHUNK_BYTES };
  await environment.files.use(segment.path, async (file) => {
    for await (const { bytes } of scanBatches(file, range)) {
      for (let at = 0; at < bytes.length; at += batchSizeAt(bytes, at)) {
        const baseOffset = baseOffsetAt(bytes, at);
        if (baseOffset >= limit) return;
        if (baseOffset >= state.endOffset) applyBatch(state, bytes, at);
      }
    }
  });
}

/** An empty log at the log start offset: a new partition, or one whose records are all deleted. */
async function startAnew(loading: Loading, segments: readonly Segment[]): Promise<OpenedTail> {
  const { environment, directory, options } = loading;
  for (const segment of segments) {
    for (const path of await segment.renameToDeleted()) await environment.disk.remove(path);
  }
  loading.epochs.clear();
  await loading.snapshots.remove(() => true);
  const baseOffset = options.logStartOffset;
  const segment = await Segment.create(environment, directory, { baseOffset, config: options.config });
  return {
    segments: new SegmentList([segment]),
    producers: new ProducerState(baseOffset),
    logEndOffset: baseOffset,
    isSealed: false,
  };
}
