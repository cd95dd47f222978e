import type { LogConfig } from './log-config.ts';

/** What retention looks at in a segment. */
export interface RetainedSegment {
  readonly baseOffset: number;
  readonly sizeInBytes: number;
  /** The time of its newest record; asked for only where it decides, because it may have to be read. */
  newestMs(): Promise<number>;
}

export interface RetentionLimits {
  readonly config: LogConfig;
  readonly nowMs: number;
  readonly logStartOffset: number;
  /** Records at or above are not yet on all in-sync replicas and are kept. */
  readonly highWatermark: number;
  readonly logEndOffset: number;
  /** Of all segments together. */
  readonly sizeInBytes: number;
}

/**
 * How many segments, from the oldest on, are no longer kept: below the log start offset, too old, or more than
 * fits. A topic that is not deleted from keeps all but the first kind. The active segment goes only by age or size:
 * where all its records are deleted one by one it stays, as in Kafka.
 */
export async function countExpired(
  segments: readonly RetainedSegment[],
  limits: RetentionLimits,
): Promise<number> {
  const { config, nowMs, logStartOffset, highWatermark } = limits;
  const deletes = config.cleanupPolicy.includes('delete');
  const hasMaxAge = deletes && config.retentionMs >= 0;
  const hasMaxSize = deletes && config.retentionBytes >= 0;
  let excessBytes = limits.sizeInBytes - config.retentionBytes;
  let count = 0;
  for (const segment of segments) {
    const { sizeInBytes } = segment;
    const next = segments[count + 1];
    if ((next?.baseOffset ?? limits.logEndOffset) > highWatermark) break;
    if (next === undefined && sizeInBytes === 0) break;
    const goes =
      (next !== undefined && next.baseOffset <= logStartOffset) ||
      (hasMaxSize && excessBytes >= sizeInBytes) ||
      (hasMaxAge && nowMs - (await segment.newestMs()) > config.retentionMs);
    if (!goes) break;
    excessBytes -= sizeInBytes;
    count++;
  }
  return count;
}
