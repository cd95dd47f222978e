import { maxTimestampAt } from '../protocol/record-batch.ts';
import type { LogConfig } from './log-config.ts';
import type { Segment } from './segment.ts';
import type { SegmentList } from './segment-list.ts';

/** What a look at a log needs to know of it. */
export interface DirtyLog {
  readonly segments: SegmentList;
  readonly config: LogConfig;
  readonly logStartOffset: number;
  readonly logEndOffset: number;
  readonly lastStableOffset: number;
}

/** Which part of a log is to be cleaned, and how much it needs it. */
export interface CleanableRange {
  /** Everything below was cleaned before. */
  readonly firstDirtyOffset: number;
  /** Where a segment begins from which on nothing may be touched. */
  readonly firstUncleanableOffset: number;
  readonly cleanBytes: number;
  readonly cleanableBytes: number;
  /** The share of the second in both. */
  readonly dirtyRatio: number;
  /** How long ago a record should have been cleaned by `max.compaction.lag.ms`; 0 when none should. */
  readonly overdueMs: number;
  /** The checkpoint did not fit the log, and is to be set to `firstDirtyOffset`. */
  readonly isCheckpointWrong: boolean;
}

/**
 * What of a log may be cleaned: from where the last cleaning ended (`checkpoint`; null for none) up to the first
 * segment that is active, holds an open transaction or what is not replicated, or is younger than
 * `min.compaction.lag.ms`. Rejects with a `DiskError`.
 */
export async function cleanableRange(
  log: DirtyLog,
  checkpoint: number | null,
  nowMs: number,
): Promise<CleanableRange> {
  const { segments, config, logStartOffset, logEndOffset } = log;
  const isCheckpointWrong = checkpoint !== null && (checkpoint < logStartOffset || checkpoint > logEndOffset);
  const firstDirtyOffset = checkpoint === null || isCheckpointWrong ? logStartOffset : checkpoint;
  const dirty = segments.from(firstDirtyOffset).filter((segment) => segment !== segments.active);
  const tooYoung = await firstYounger(dirty, config.minCompactionLagMs, nowMs);
  const limit = Math.min(log.lastStableOffset, segments.active.baseOffset, tooYoung);
  // Whole segments only: the one that holds the limit is left alone.
  const holder = segments.from(Math.max(limit, firstDirtyOffset))[0] ?? segments.active;
  const firstUncleanableOffset = holder.baseOffset;
  const cleanBytes = sizeOf(segments.all.filter(({ baseOffset }) => baseOffset < firstDirtyOffset));
  const cleanableBytes = sizeOf(dirty.filter(({ baseOffset }) => baseOffset < firstUncleanableOffset));
  const totalBytes = cleanBytes + cleanableBytes;
  return {
    firstDirtyOffset,
    firstUncleanableOffset,
    cleanBytes,
    cleanableBytes,
    dirtyRatio: totalBytes === 0 ? 0 : cleanableBytes / totalBytes,
    overdueMs: await overdueMs(dirty, config.maxCompactionLagMs, nowMs),
    isCheckpointWrong,
  };
}

/** Whether the log is dirty enough by its topic's configs. */
export function isDue(range: CleanableRange, config: LogConfig): boolean {
  const isOverdue = range.overdueMs > 0 && range.cleanableBytes > 0;
  return isOverdue || range.dirtyRatio > config.minCleanableRatio;
}

function sizeOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, segment) => sum + segment.sizeInBytes, 0);
}

async function firstYounger(segments: readonly Segment[], lagMs: number, nowMs: number): Promise<number> {
  if (lagMs <= 0) return Number.POSITIVE_INFINITY;
  for (const segment of segments) {
    if ((await segment.newestMs()) > nowMs - lagMs) return segment.baseOffset;
  }
  return Number.POSITIVE_INFINITY;
}

async function overdueMs(segments: readonly Segment[], lagMs: number, nowMs: number): Promise<number> {
  const cleanUntilMs = nowMs - lagMs;
  if (cleanUntilMs <= 0) return 0;
  let earliestMs = Number.POSITIVE_INFINITY;
  for (const segment of segments) {
    const firstMs = await firstTimestamp(segment);
    if (firstMs > 0) earliestMs = Math.min(earliestMs, firstMs);
  }
  return earliestMs < cleanUntilMs ? cleanUntilMs - earliestMs : 0;
}

async function firstTimestamp(segment: Segment): Promise<number> {
  let timestamp = -1;
  await segment.findBatch(0, (bytes, at) => {
    timestamp = maxTimestampAt(bytes, at);
    return true;
  });
  return timestamp;
}
