import { ErrorCode } from '../protocol/errors.ts';
import type { Partition, ReadIsolation } from './partition.ts';

/** What negative timestamps stand for in ListOffsets. */
export const Timestamp = {
  LATEST: -1,
  EARLIEST: -2,
  MAX: -3,
  EARLIEST_LOCAL: -4,
  LATEST_TIERED: -5,
  EARLIEST_PENDING_UPLOAD: -6,
} as const;

export interface OffsetLookup {
  /** Milliseconds since the epoch, or one of {@link Timestamp}. */
  readonly timestamp: number;
  /** -1 when the client names none. */
  readonly currentLeaderEpoch: number;
  readonly requireLeader: boolean;
  /** `log-end` for a broker or a tool, else what a consumer may see. */
  readonly isolation: ReadIsolation;
}

/** All but the error code are -1 when nothing was found. */
export interface FoundOffset {
  readonly errorCode: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly leaderEpoch: number;
}

const NOTHING: FoundOffset = { errorCode: ErrorCode.NONE, offset: -1, timestamp: -1, leaderEpoch: -1 };

/**
 * Finds an offset in a partition by time. A leader whose high watermark has not reached the start of its epoch
 * answers OFFSET_NOT_AVAILABLE for "latest" and for what lies beyond the high watermark: it may be less than what
 * its predecessor told.
 */
export async function findOffset(partition: Partition, lookup: OffsetLookup): Promise<FoundOffset> {
  const refusal = partition.refusalOf(lookup.currentLeaderEpoch, lookup.requireLeader);
  if (refusal !== ErrorCode.NONE) return { ...NOTHING, errorCode: refusal };
  const { log } = partition;
  const end = partition.endFor(lookup.isolation);
  const isEndUncertain = lookup.isolation !== 'log-end' && partition.isCatchingUp;
  switch (lookup.timestamp) {
    case Timestamp.LATEST:
      return isEndUncertain
        ? { ...NOTHING, errorCode: ErrorCode.OFFSET_NOT_AVAILABLE }
        : { ...NOTHING, offset: end, leaderEpoch: partition.leaderEpoch };
    case Timestamp.EARLIEST:
    case Timestamp.EARLIEST_LOCAL: {
      const leaderEpoch = log.epochForOffset(log.logStartOffset);
      return { ...NOTHING, offset: log.logStartOffset, leaderEpoch };
    }
    // Nothing is tiered here.
    case Timestamp.LATEST_TIERED:
    case Timestamp.EARLIEST_PENDING_UPLOAD:
      return NOTHING;
    default: {
      const search =
        lookup.timestamp === Timestamp.MAX
          ? await log.newestRecord()
          : await log.offsetForTimestamp(lookup.timestamp);
      if (search.kind === 'refused') return { ...NOTHING, errorCode: search.errorCode };
      const found = search.record;
      if (found === null)
        return isEndUncertain ? { ...NOTHING, errorCode: ErrorCode.OFFSET_NOT_AVAILABLE } : NOTHING;
      if (found.offset < end) return { errorCode: ErrorCode.NONE, ...found };
      return isEndUncertain ? { ...NOTHING, errorCode: ErrorCode.OFFSET_NOT_AVAILABLE } : NOTHING;
    }
  }
}
