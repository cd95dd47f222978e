import { baseOffsetAt, leaderEpochAt } from '../protocol/record-batch.ts';
import { invariant } from '../runtime/invariant.ts';
import { DamagedFileError, readLeaderEpochs } from './checkpoint-files.ts';
import { DamagedLogError, isUnreadable } from './damaged-log-error.ts';
import { type EpochEntry, LeaderEpochCache } from './leader-epoch-cache.ts';
import type { LogConfig } from './log-config.ts';
import type { LogEnvironment } from './log-environment.ts';
import type { Loading, LoadOptions, OpenedSegments } from './log-loading.ts';
import { applyBatch } from './producer-append.ts';
import { producersAt } from './producer-replay.ts';
import { ProducerSnapshots } from './producer-snapshots.ts';
import { ProducerState } from './producer-state.ts';
import { Segment } from './segment.ts';
import { SegmentList } from './segment-list.ts';
import { readEnd, readThrough } from './segment-reading.ts';
import { type FoundFile, settleFiles } from './settled-files.ts';
import { recoverTail } from './tail-recovery.ts';

export const LEADER_EPOCH_CHECKPOINT = 'leader-epoch-checkpoint';

/** A log as its files say, ready to be appended to. */
export interface LoadedLog extends OpenedSegments {
  readonly epochs: LeaderEpochCache;
  readonly snapshots: ProducerSnapshots;
  readonly logStartOffset: number;
  readonly recoveryPoint: number;
}

/**
 * Opens the files of a partition. After a crash it is read through from the recovery point on: the log ends before
 * the first batch that is not whole, what lies behind it is removed, and indexes, leader epochs and producer state
 * are built anew from what stays. Rejects with a {@link DamagedLogError} when what was on the disk for certain is not
 * there as it was written; that is reported here. 'unused' where the files say that there never was a record.
 */
export async function loadLog(
  environment: LogEnvironment,
  directory: string,
  options: LoadOptions,
): Promise<LoadedLog | 'unused'> {
  try {
    return await load(environment, directory, options);
  } catch (error) {
    if (error instanceof DamagedLogError) {
      const { path, position, offset, reason, code } = error;
      environment.logger.error(
        { path, position, offset, reason, code },
        'Records that were on the disk for certain are damaged: the partition stays offline',
      );
    }
    throw error;
  }
}

async function load(
  environment: LogEnvironment,
  directory: string,
  options: LoadOptions,
): Promise<LoadedLog | 'unused'> {
  const files = await settleFiles(environment, directory);
  const segments = await segmentsOf(environment, directory, files);
  if (isUnused(files, segments, options)) return 'unused';
  const snapshotOffsets = files.filter(({ suffix }) => suffix === '.snapshot').map(({ offset }) => offset);
  const snapshots = new ProducerSnapshots(environment, directory, snapshotOffsets);
  const epochs = new LeaderEpochCache(await epochEntries(environment, directory, { options, segments }));
  const loading: Loading = { environment, directory, options, epochs, snapshots };
  const { logStartOffset, recoveryPoint } = options;
  const found = segments.length === 0 ? null : await openSegments(loading, segments);
  assertWhole(loading, found);
  const opened =
    found === null || found.logEndOffset < logStartOffset
      ? await startAnew(loading, found?.segments.all ?? [])
      : found;
  const { logEndOffset } = opened;
  const firstOffset = Math.max(logStartOffset, opened.segments.first.baseOffset);
  epochs.truncateFromEnd(logEndOffset);
  epochs.truncateFromStart(firstOffset);
  const durable = options.isClean ? logEndOffset : Math.min(recoveryPoint, logEndOffset);
  // Beside those of the segments the last one, where a recovery may begin to read; see tail-recovery.ts.
  const newest = Math.max(...snapshotOffsets.filter((offset) => offset <= durable));
  const inUse = new Set(opened.segments.all.map((segment) => segment.baseOffset))
    .add(newest)
    .add(logEndOffset);
  await snapshots.remove((offset) => !inUse.has(offset));
  return { ...opened, epochs, snapshots, logStartOffset: firstOffset, recoveryPoint: durable };
}

/** Whether the files of a log say that it never had a record: there is nothing to be read, or to be recovered. */
function isUnused(
  files: readonly FoundFile[],
  segments: readonly Segment[],
  { logStartOffset, recoveryPoint }: LoadOptions,
): boolean {
  const isEmpty = segments.every(({ baseOffset, sizeInBytes }) => baseOffset === 0 && sizeInBytes === 0);
  return isEmpty && files.length === segments.length && logStartOffset === 0 && recoveryPoint === 0;
}

/** A log that never had a record. Its files are made, or found to be as empty, when it gets one. */
export function unusedLog(environment: LogEnvironment, directory: string, config: LogConfig): LoadedLog {
  return {
    ...empty(Segment.unmade(environment, directory, config)),
    epochs: new LeaderEpochCache([]),
    snapshots: new ProducerSnapshots(environment, directory, []),
    logStartOffset: 0,
    recoveryPoint: 0,
  };
}

/** A log without a record. At 0 no other file could say more of it than that. */
function empty(segment: Segment): OpenedSegments {
  const { baseOffset } = segment;
  return {
    segments: new SegmentList([segment]),
    producers: new ProducerState(baseOffset),
    logEndOffset: baseOffset,
    isSealed: baseOffset === 0,
  };
}

function segmentsOf(
  environment: LogEnvironment,
  directory: string,
  files: readonly FoundFile[],
): Promise<Segment[]> {
  const transactional = new Set(
    files.filter((file) => file.suffix === '.txnindex').map((file) => file.offset),
  );
  const logs = files
    .filter((file) => file.suffix === '.log')
    .sort((left, right) => left.offset - right.offset);
  return Promise.all(
    logs.map(async ({ offset, path }) => {
      const hasTransactions = transactional.has(offset);
      const file = { baseOffset: offset, hasTransactions, ...(await environment.disk.stat(path)) };
      return new Segment(environment, directory, file);
    }),
  );
}

function openSegments(loading: Loading, segments: readonly Segment[]): Promise<OpenedSegments> {
  return loading.options.isClean ? resume(loading, segments) : recoverTail(loading, segments);
}

/** Goes on with a log that was closed in order: all that it holds is on the disk. */
async function resume(
  { environment, options, snapshots }: Loading,
  segments: readonly Segment[],
): Promise<OpenedSegments> {
  const { config } = options;
  const active = segments.at(-1);
  invariant(active !== undefined, 'a log that is resumed has a segment');
  let end = await readEnd(active, config, { upToOffset: Number.MAX_SAFE_INTEGER, take: () => null });
  const isSealed = end !== null;
  if (end === null) {
    environment.logger.warn({ segment: active.path }, 'Indexes are missing or damaged, building them anew');
    const producers = await producersAt(snapshots, segments.slice(0, -1), active.baseOffset);
    end = await readThrough(active, config, (bytes, at) => applyBatch(producers, bytes, at));
  }
  if (end.flaw !== null) throw new DamagedLogError(active.path, end.flaw);
  const logEndOffset = end.nextOffset;
  const producers = await producersAt(snapshots, segments, logEndOffset);
  return { segments: new SegmentList(segments), producers, logEndOffset, isSealed };
}

/** Throws when the log ends before what was on the disk for certain, and was not deleted. */
function assertWhole({ directory, options }: Loading, found: OpenedSegments | null): void {
  const { recoveryPoint, logStartOffset } = options;
  const offset = found?.logEndOffset ?? 0;
  if (Math.max(offset, logStartOffset) >= recoveryPoint) return;
  const path = found?.segments.active.path ?? directory;
  const position = found?.segments.active.sizeInBytes ?? 0;
  const reason = `records up to ${recoveryPoint} were on the disk, and it ends`;
  throw new DamagedLogError(path, { position, offset, reason });
}

/** An empty log at the log start offset: a new partition, or one whose records are all deleted. */
async function startAnew(
  { environment, directory, options, epochs, snapshots }: Loading,
  segments: readonly Segment[],
): Promise<OpenedSegments> {
  for (const segment of segments) {
    for (const path of await segment.renameToDeleted()) await environment.disk.remove(path);
  }
  if (segments.length > 0) await environment.disk.syncDirectory(directory);
  epochs.clear();
  await snapshots.remove(() => true);
  const baseOffset = options.logStartOffset;
  const segment = await Segment.create(environment, directory, { baseOffset, config: options.config });
  return empty(segment);
}

/** What the checkpoint says, or the batches where it is damaged. */
async function epochEntries(
  environment: LogEnvironment,
  directory: string,
  { options, segments }: { options: LoadOptions; segments: readonly Segment[] },
): Promise<readonly EpochEntry[]> {
  const path = `${directory}/${LEADER_EPOCH_CHECKPOINT}`;
  try {
    return await readLeaderEpochs(environment.disk, path);
  } catch (error) {
    if (!(error instanceof DamagedFileError || isUnreadable(error))) throw error;
    environment.logger.warn({ path, reason: error.message }, 'Building damaged leader epochs anew');
  }
  const durable = options.isClean ? Number.POSITIVE_INFINITY : options.recoveryPoint;
  const entries: EpochEntry[] = [];
  for (const segment of segments.filter(({ baseOffset }) => baseOffset < durable)) {
    const range = { from: 0, to: segment.sizeInBytes, fromOffset: segment.baseOffset };
    const { flaw, nextOffset } = await segment.scan(range, (bytes, at) => {
      const epoch = leaderEpochAt(bytes, at);
      if (epoch > (entries.at(-1)?.epoch ?? -1))
        entries.push({ epoch, startOffset: baseOffsetAt(bytes, at) });
    });
    if (flaw !== null && nextOffset < durable) throw new DamagedLogError(segment.path, flaw);
  }
  return entries;
}
