import type { EpochEndOffset } from '../log/leader-epoch-cache.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { baseOffsetAt, lastOffsetAt } from '../protocol/record-batch.ts';

/** What a follower looks at of its own copy. */
export interface FollowerLog {
  readonly logEndOffset: number;
  readonly highWatermark: number;
  /** -1 for a log that never had a record. */
  readonly latestEpoch: number;
  /** The largest epoch not above `epoch` and where it ends; both -1 where the log knows nothing of it. */
  endOffsetForEpoch(epoch: number): EpochEndOffset;
}

/** What the leader's answer to a fetch says of one partition. */
export interface FetchedPartition {
  readonly errorCode: number;
  readonly highWatermark: number;
  readonly logStartOffset: number;
  /** Null unless the logs have parted. */
  readonly divergingEpoch: { readonly epoch: number; readonly endOffset: number } | null;
  /** Whole batches, perhaps none. */
  readonly records: Uint8Array;
}

/** What a follower does next with a partition. */
export type FollowerStep =
  | {
      readonly kind: 'append';
      readonly records: Uint8Array;
      /** To be taken over once the records are written. */
      readonly highWatermark: number;
      readonly logStartOffset: number;
    }
  /** Records from `offset` on are not the leader's. */
  | { readonly kind: 'truncate'; readonly offset: number }
  /** Nothing that this log has is in the leader's any more: look at where that begins and ends. */
  | { readonly kind: 'compare-ends' }
  /** It may be better in a moment. */
  | { readonly kind: 'pause' }
  /** This leader, or this epoch, is not it any more: the metadata will say who is. */
  | { readonly kind: 'await-metadata' };

/**
 * What follows from an answer. By the epochs of the last records both logs find the point where they part, with no
 * look at a high watermark, which may be behind what was acknowledged (KIP-101, KIP-279, KIP-595).
 */
export function followerStep(log: FollowerLog, fetched: FetchedPartition): FollowerStep {
  switch (fetched.errorCode) {
    case ErrorCode.NONE:
      return fetched.divergingEpoch === null ? append(fetched) : truncate(log, fetched.divergingEpoch);
    case ErrorCode.OFFSET_OUT_OF_RANGE:
      return { kind: 'compare-ends' };
    case ErrorCode.FENCED_LEADER_EPOCH:
      return { kind: 'await-metadata' };
    default:
      // An epoch that the leader does not know yet, a partition that it does not have yet, a disk that refuses.
      return { kind: 'pause' };
  }
}

function append({ records, highWatermark, logStartOffset }: FetchedPartition): FollowerStep {
  return { kind: 'append', records, highWatermark, logStartOffset };
}

/**
 * Where this log is cut so that what stays is the leader's. The leader names the last epoch that may be in common and
 * where it ends in its own log; this log ends no later than that epoch, or the one before, ends here. The next fetch
 * names what is then the last epoch, and finds the point or goes on searching.
 */
function truncate(
  log: FollowerLog,
  diverging: { readonly epoch: number; readonly endOffset: number },
): FollowerStep {
  const { logEndOffset, highWatermark } = log;
  // The leader knows nothing of this log's epochs: all that is certain to be its own is what was committed.
  if (diverging.endOffset < 0) return { kind: 'truncate', offset: Math.min(highWatermark, logEndOffset) };
  const own = log.endOffsetForEpoch(diverging.epoch);
  const ownEnd = own.endOffset < 0 ? logEndOffset : own.endOffset;
  return { kind: 'truncate', offset: Math.min(ownEnd, diverging.endOffset, logEndOffset) };
}

/**
 * Whether an empty log begins within the first batch. The leader's may, which has deleted some of its records: a copy
 * begins with all of it.
 */
export function beginsWithin(
  records: Uint8Array,
  { logStartOffset, logEndOffset }: { readonly logStartOffset: number; readonly logEndOffset: number },
): boolean {
  const isEmpty = logStartOffset === logEndOffset;
  return isEmpty && baseOffsetAt(records) < logEndOffset && lastOffsetAt(records) >= logEndOffset;
}

/** Where the leader's log begins and ends. */
export interface LeaderEnds {
  readonly logStartOffset: number;
  readonly logEndOffset: number;
}

/** `start-anew`: everything is dropped, the log begins again at the leader's start. */
export type ComparedEnds =
  | { readonly kind: 'truncate'; readonly offset: number }
  | { readonly kind: 'start-anew'; readonly offset: number }
  | { readonly kind: 'go-on' };

/**
 * What to do with a log whose end the leader does not have. It ends behind the leader's after an unclean election; it
 * ends before the leader's begins when it was away for longer than records are kept.
 */
export function compareEnds(log: Pick<FollowerLog, 'logEndOffset'>, leader: LeaderEnds): ComparedEnds {
  if (leader.logEndOffset < log.logEndOffset) return { kind: 'truncate', offset: leader.logEndOffset };
  if (leader.logStartOffset > log.logEndOffset) return { kind: 'start-anew', offset: leader.logStartOffset };
  return { kind: 'go-on' };
}
